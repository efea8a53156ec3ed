namespace Navarch.Api.FlowControl.V1;

/// <summary>The known values of a FlowDistinguisherMethodType.</summary>
public static class FlowDistinguisherMethodType
{
    public const string FlowDistinguisherMethodByNamespaceType = "ByNamespace";
    public const string FlowDistinguisherMethodByUserType = "ByUser";
}
