namespace Navarch.Api.Certificates.V1;

/// <summary>The known values of a RequestConditionType.</summary>
public static class RequestConditionType
{
    public const string CertificateApproved = "Approved";
    public const string CertificateDenied = "Denied";
    public const string CertificateFailed = "Failed";
}
