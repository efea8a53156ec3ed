using Navarch.Api.Certificates.V1;

namespace Navarch.Controllers.Certificates;

/// <summary>How far a request for a certificate has come.</summary>
internal static class CertificateRequestState
{
    extension(CertificateSigningRequest request)
    {
        public bool IsIssued => request.Status.Certificate.Length > 0;

        public bool IsApproved => request.Find(RequestConditionType.CertificateApproved) is not null;

        /// <summary>Whether somebody has approved or denied it.</summary>
        public bool IsDecided => request.IsApproved || request.Find(RequestConditionType.CertificateDenied) is not null;

        public bool HasFailed => request.Find(RequestConditionType.CertificateFailed) is { Status: "True" };

        public CertificateSigningRequestCondition? Find(string type) => request.Status.Conditions.FirstOrDefault(condition => condition.Type == type);

        public CertificateSigningRequest With(string type, string reason, string message, DateTimeOffset now) => request with
        {
            Status = request.Status with
            {
                Conditions = [.. request.Status.Conditions, new() { Type = type, Status = "True", Reason = reason, Message = message, LastUpdateTime = now }],
            },
        };
    }
}
