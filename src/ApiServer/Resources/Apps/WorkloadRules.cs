using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Resources.Apps;

/// <summary>Rules that the kinds which keep pods running have in common.</summary>
internal static class WorkloadRules
{
    /// <summary>A selector that is there, selects something, and selects the pods of the template.</summary>
    /// <param name="kind">As it stands in the messages: <c>deployment</c>.</param>
    public static void SelectorAndTemplate(FieldErrors errors, FieldPath path, LabelSelector? selector, PodTemplateSpec template, string kind, string deadlineKind)
    {
        if (selector is null)
        {
            errors.Required(path / "selector");
        }
        else
        {
            errors.Selector(path / "selector", selector);
            if (selector.MatchLabels.Count == 0 && selector.MatchExpressions.Count == 0)
            {
                errors.Invalid(path / "selector", RawValue.Of(selector), $"empty selector is invalid for {kind}");
            }
        }

        try
        {
            var matcher = Selector.Of(selector);
            if (!matcher.IsEverything && !matcher.Matches(template.Metadata.Labels))
            {
                errors.Invalid(path / "template" / "metadata" / "labels", RawValue.Of(template.Metadata.Labels), "`selector` does not match template `labels`");
            }
        }
        catch (SelectorException)
        {
            errors.Invalid(path / "selector", RawValue.Of(selector), "invalid label selector");
            return;
        }

        PodSpecValidation.LastingTemplate(errors, path / "template", template, deadlineKind);
    }

    public static void UnchangedSelector(FieldErrors errors, LabelSelector? selector, LabelSelector? old)
    {
        if (selector != old)
        {
            errors.Invalid("spec.selector", RawValue.Of(selector), CommonRules.Immutable);
        }
    }
}
