using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.Api.Certificates.V1;
using Navarch.Machinery.Certificates;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Certificates;

/// <summary>Somebody's wish for a certificate, the decision about it, and the certificate.</summary>
public sealed class CertificateSigningRequestResource : Resource<CertificateSigningRequest>
{
    private const string LegacySigner = "kubernetes.io/legacy-unknown";
    private const int ExpirationSecondsMin = 600;

    private static readonly string[] Decisions = [RequestConditionType.CertificateApproved, RequestConditionType.CertificateDenied];
    private static readonly string[] Final = [.. Decisions, RequestConditionType.CertificateFailed];

    // Requestors put names into the template that the server does not check; what it says of itself must be true.
    private static readonly string[] Usages =
    [
        KeyUsage.UsageAny, KeyUsage.UsageCertSign, KeyUsage.UsageClientAuth, KeyUsage.UsageCodeSigning, KeyUsage.UsageContentCommitment,
        KeyUsage.UsageCRLSign, KeyUsage.UsageDataEncipherment, KeyUsage.UsageDecipherOnly, KeyUsage.UsageDigitalSignature,
        KeyUsage.UsageEmailProtection, KeyUsage.UsageEncipherOnly, KeyUsage.UsageIPsecEndSystem, KeyUsage.UsageIPsecTunnel,
        KeyUsage.UsageIPsecUser, KeyUsage.UsageKeyAgreement, KeyUsage.UsageKeyEncipherment, KeyUsage.UsageMicrosoftSGC,
        KeyUsage.UsageNetscapeSGC, KeyUsage.UsageOCSPSigning, KeyUsage.UsageSMIME, KeyUsage.UsageServerAuth, KeyUsage.UsageSigning,
        KeyUsage.UsageTimestamping,
    ];

    public override bool HasStatus => true;

    public override IReadOnlyDictionary<string, Func<CertificateSigningRequest, string>> SelectableFields { get; } =
        new Dictionary<string, Func<CertificateSigningRequest, string>> { ["spec.signerName"] = static value => value.Spec.SignerName };

    public override IReadOnlyList<Column<CertificateSigningRequest>> Columns { get; } =
    [
        Columns<CertificateSigningRequest>.Name,
        Columns<CertificateSigningRequest>.Age,
        Columns<CertificateSigningRequest>.Text("SignerName", static value => Cells.OrNone(value.Spec.SignerName)),
        Columns<CertificateSigningRequest>.Text("Requestor", static value => value.Spec.Username),
        Columns<CertificateSigningRequest>.Text("RequestedDuration", static value =>
            value.Spec.ExpirationSeconds is { } seconds ? Cells.ShortDuration(TimeSpan.FromSeconds(seconds)) : Cells.None),
        Columns<CertificateSigningRequest>.Text("Condition", State),
    ];

    public override CertificateSigningRequest PrepareForCreate(CertificateSigningRequest value, WriteContext context) => value with
    {
        Spec = value.Spec with { Username = context.User, UID = context.Uid, Groups = context.Groups, Extra = context.Extra },
        Status = CertificateSigningRequestStatus.Empty,
    };

    public override CertificateSigningRequest PrepareForUpdate(CertificateSigningRequest value, CertificateSigningRequest old, WriteContext context) =>
        value with { Spec = old.Spec, Status = old.Status };

    /// <summary>The decision is made elsewhere: what the stored conditions say of it stays.</summary>
    public override CertificateSigningRequest PrepareForStatusUpdate(CertificateSigningRequest value, CertificateSigningRequest old, WriteContext context)
    {
        var conditions = value.Status.Conditions
            .Where(static condition => !Decisions.Contains(condition.Type))
            .Concat(old.Status.Conditions.Where(static condition => Decisions.Contains(condition.Type)));
        return value with { Spec = old.Spec, Status = value.Status with { Conditions = Timed(conditions, old, context) } };
    }

    /// <summary>Keeps everything but the conditions, which is where a decision is written.</summary>
    public static CertificateSigningRequest PrepareForApproval(CertificateSigningRequest value, CertificateSigningRequest old, WriteContext context) =>
        value with { Spec = old.Spec, Status = old.Status with { Conditions = Timed(value.Status.Conditions, old, context) } };

    public override void Validate(CertificateSigningRequest value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        if (RequestProblem(spec.Request.Span) is { } problem)
        {
            errors.Invalid(path / "request", Convert.ToBase64String(spec.Request.Span), problem);
        }

        if (spec.Usages.Count == 0)
        {
            errors.Required(path / "usages");
        }

        var isRepeated = Repeats.Of(spec.Usages);
        for (var i = 0; i < spec.Usages.Count; i++)
        {
            if (Array.IndexOf(Usages, spec.Usages[i]) < 0)
            {
                errors.NotSupported((path / "usages")[i], spec.Usages[i], Usages);
            }
            else if (isRepeated[i])
            {
                errors.Duplicate((path / "usages")[i], spec.Usages[i]);
            }
        }

        if (spec.SignerName == LegacySigner)
        {
            errors.Invalid(path / "signerName", spec.SignerName, "the legacy signerName is not allowed via this API version");
        }
        else
        {
            SignerNames.Validate(errors, path / "signerName", spec.SignerName);
        }

        if (spec.ExpirationSeconds < ExpirationSecondsMin)
        {
            errors.Invalid(path / "expirationSeconds", spec.ExpirationSeconds, "may not specify a duration less than 600 seconds (10 minutes)");
        }

        Conditions(value, errors);
    }

    public override void ValidateStatusUpdate(CertificateSigningRequest value, CertificateSigningRequest old, FieldErrors errors)
    {
        Conditions(value, errors);
        Kept(value, old, errors, Final);
        if (value.Status.Certificate.Span.SequenceEqual(old.Status.Certificate.Span))
        {
            return;
        }

        if (old.Status.Certificate.Length > 0)
        {
            errors.Forbidden("status.certificate", "updates may not modify existing certificate content");
        }
        else if (CertificateProblem(value.Status.Certificate.Span) is { } problem)
        {
            errors.Invalid("status.certificate", "<certificate data>", problem);
        }
    }

    public static void ValidateApproval(CertificateSigningRequest value, CertificateSigningRequest old, FieldErrors errors)
    {
        Conditions(value, errors);
        Kept(value, old, errors, Final);
    }

    private static void Conditions(CertificateSigningRequest value, FieldErrors errors)
    {
        var (path, conditions) = (FieldPath.Of("status") / "conditions", value.Status.Conditions);
        var isRepeated = Repeats.Of(conditions, static item => item.Type);
        var decisions = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < conditions.Count; i++)
        {
            var (at, condition) = (path[i], conditions[i]);
            errors.RequiredText(at, "type", condition.Type);
            errors.RequiredOneOf(at, "status", condition.Status, Array.IndexOf(Final, condition.Type) >= 0 ? ["True"] : ["False", "True", "Unknown"]);
            if (Decisions.Contains(condition.Type) && IsAgainst(condition.Type))
            {
                errors.Invalid(at / "type", condition.Type, "Approved and Denied conditions are mutually exclusive");
            }

            if (isRepeated[i])
            {
                errors.Duplicate(at / "type", condition.Type);
            }
        }

        bool IsAgainst(string decision)
        {
            decisions.Add(decision);
            return decisions.Count > 1;
        }
    }

    private static void Kept(CertificateSigningRequest value, CertificateSigningRequest old, FieldErrors errors, IEnumerable<string> types)
    {
        foreach (var type in types)
        {
            if (old.Status.Conditions.Count(condition => condition.Type == type) > value.Status.Conditions.Count(condition => condition.Type == type))
            {
                errors.Forbidden("status.conditions", $"updates may not remove a condition of type {GoText.Quote(type)}");
            }
        }
    }

    private static List<CertificateSigningRequestCondition> Timed(IEnumerable<CertificateSigningRequestCondition> conditions, CertificateSigningRequest old, WriteContext context)
    {
        var since = old.Status.Conditions.DistinctBy(static before => (before.Type, before.Status))
            .ToDictionary(static before => (before.Type, before.Status), static before => before.LastTransitionTime);
        return
        [
            .. conditions.Select(condition => condition with
            {
                LastUpdateTime = condition.LastUpdateTime ?? context.Now,
                LastTransitionTime = condition.LastTransitionTime ?? since.GetValueOrDefault((condition.Type, condition.Status)) ?? context.Now,
            }),
        ];
    }

    private static string State(CertificateSigningRequest value)
    {
        var types = value.Status.Conditions.Select(static condition => condition.Type).ToList();
        var decision = types.Contains(RequestConditionType.CertificateDenied) ? "Denied" : types.Contains(RequestConditionType.CertificateApproved) ? "Approved" : "Pending";
        return decision + (types.Contains(RequestConditionType.CertificateFailed) ? ",Failed" : "") + (value.Status.Certificate.Length > 0 ? ",Issued" : "");
    }

    private static string? RequestProblem(ReadOnlySpan<byte> pem)
    {
        if (Pem.Find(pem, out _) is not { Label: "CERTIFICATE REQUEST" })
        {
            return "PEM block type must be CERTIFICATE REQUEST";
        }

        try
        {
            SigningRequest.Parse(pem);
            return null;
        }
        catch (CryptographicException)
        {
            return "x509: malformed certificate request";
        }
    }

    private static string? CertificateProblem(ReadOnlySpan<byte> pem)
    {
        var blocks = 0;
        while (Pem.Find(pem, out var rest) is { } block)
        {
            if (block.Label != "CERTIFICATE")
            {
                return $"only CERTIFICATE PEM blocks are allowed, found {GoText.Quote(block.Label)}";
            }

            if (block.HasHeaders)
            {
                return "no PEM block headers are permitted";
            }

            try
            {
                X509CertificateLoader.LoadCertificate(block.Content).Dispose();
            }
            catch (CryptographicException)
            {
                return "x509: malformed certificate";
            }

            blocks++;
            pem = pem[rest..];
        }

        return blocks == 0 ? "must contain at least one CERTIFICATE PEM block" : null;
    }
}
