namespace Navarch.Api.AdmissionRegistration.V1;

/// <summary>The values of a OperationType.</summary>
public static class OperationType
{
    public const string OperationAll = "*";
    public const string Connect = "CONNECT";
    public const string Create = "CREATE";
    public const string Delete = "DELETE";
    public const string Update = "UPDATE";
}
