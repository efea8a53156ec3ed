namespace Navarch.Api.FlowControl.V1;

/// <summary>The known values of a SubjectKind.</summary>
public static class SubjectKind
{
    public const string Group = "Group";
    public const string ServiceAccount = "ServiceAccount";
    public const string User = "User";
}
