using Navarch.Api.Meta.V1;
using Navarch.Machinery.Apply;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>How conflicts between appliers read.</summary>
internal static class ApplyConflicts
{
    public static Status Of(IReadOnlyList<ApplyConflict> conflicts)
    {
        var all = conflicts.SelectMany(static conflict => conflict.Fields.Paths().Select(path => (Owner: Show(conflict.Owner), Path: path))).ToList();
        var causes = all.Select(static conflict => new StatusCause { Type = "FieldManagerConflict", Message = $"conflict with {conflict.Owner}", Field = conflict.Path }).ToList();
        var message = all.Count == 1
            ? $"Apply failed with 1 conflict: conflict with {all[0].Owner}: {all[0].Path}"
            : $"Apply failed with {all.Count} conflicts: " + string.Join('\n', all.GroupBy(static conflict => conflict.Owner).OrderBy(static group => group.Key, StringComparer.Ordinal)
                .SelectMany(static group => group.Select(static conflict => $"- {conflict.Path}").Prepend($"conflicts with {group.Key}:")));
        return StatusErrors.ApplyConflict(causes, message);
    }

    private static string Show(ManagedFieldsEntry owner)
    {
        var text = $"\"{owner.Manager}\"" + (owner.Subresource.Length > 0 ? $" with subresource \"{owner.Subresource}\"" : "");
        return owner.Operation == FieldOperation.Update ? $"{text} using {owner.APIVersion}" : text;
    }
}
