namespace Navarch.Api.Core.V1;

/// <summary>The known values of a RecursiveReadOnlyMode.</summary>
public static class RecursiveReadOnlyMode
{
    public const string RecursiveReadOnlyDisabled = "Disabled";
    public const string RecursiveReadOnlyEnabled = "Enabled";
    public const string RecursiveReadOnlyIfPossible = "IfPossible";
}
