using System.Text;
using System.Text.Json;
using Navarch.Api.AdmissionRegistration.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>What policies found about a request, and who is told: the client by a refusal or a warning, the audit log by annotations.</summary>
internal sealed class PolicyReport(HookedRequest request)
{
    private const string FailureKey = "validation.policy.admission.k8s.io/validation_failure";

    private readonly List<(Policy Policy, PolicyBinding Binding, Finding Finding)> audited = [];
    private Status? refusal;

    public List<(string Key, string Value)> Annotations { get; } = [];

    public void Add(Policy policy, PolicyBinding binding, Finding finding)
    {
        if (binding.Does(ValidationAction.Deny))
        {
            Refuse(policy, binding, finding.Message, finding.Reason);
        }

        if (binding.Does(ValidationAction.Warn))
        {
            request.Options.Warnings.Add($"Validation failed for ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding.Name}': {finding.Message}");
        }

        if (binding.Does(ValidationAction.Audit))
        {
            audited.Add((policy, binding, finding));
        }
    }

    /// <summary>The first refusal is the answer.</summary>
    public void Refuse(Policy policy, PolicyBinding binding, string why, string reason) =>
        refusal ??= Refusal(request, $"ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding.Name}' denied request: {why}", reason);

    /// <param name="reason">Empty where nobody could tell whether the request is right.</param>
    public static Status Refusal(HookedRequest request, string message, string reason)
    {
        var status = StatusErrors.Forbidden(request.Kind.Type, request.Name, message);
        return status with
        {
            Reason = reason.Length > 0 ? reason : StatusReason.Invalid,
            Code = reason switch
            {
                StatusReason.Forbidden => 403,
                StatusReason.Unauthorized => 401,
                StatusReason.RequestEntityTooLarge => 413,
                _ => 422,
            },
            Details = status.Details! with { Causes = [new StatusCause { Message = message }] },
        };
    }

    /// <summary>Writes into the audit log what belongs there.</summary>
    /// <exception cref="StatusException">The request is refused.</exception>
    public void Close()
    {
        foreach (var values in Annotations.GroupBy(static annotation => annotation.Key, static annotation => annotation.Value))
        {
            request.Options.Audit?.Annotate(values.Key, string.Join(", ", values.Distinct()));
        }

        if (audited.Count > 0)
        {
            request.Options.Audit?.Annotate(FailureKey, Failures());
        }

        if (refusal is not null)
        {
            throw refusal.AsException();
        }
    }

    private string Failures()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var (policy, binding, finding) in audited)
            {
                json.WriteStartObject();
                json.WriteString("message", finding.Message);
                json.WriteString("policy", policy.Name);
                json.WriteString("binding", binding.Name);
                json.WriteNumber("expressionIndex", Math.Max(0, finding.Rule));
                json.WriteStartArray("validationActions");
                foreach (var action in binding.Actions)
                {
                    json.WriteStringValue(action);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }
}
