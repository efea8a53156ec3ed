using System.Globalization;
using System.Text;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Registry;

/// <summary>The rules of metadata, which are the same for every kind.</summary>
internal static class MetadataRules
{
    private const int AnnotationsBytesMax = 256 * 1024;

    /// <summary>Gives a new object its identity. Its name is given or generated before.</summary>
    public static ObjectMeta ForCreate(ObjectMeta metadata, string @namespace, bool hasGeneration, DateTimeOffset now) => metadata with
    {
        Namespace = @namespace,
        UID = Guid.NewGuid().ToString(),
        CreationTimestamp = WholeSeconds(now),
        DeletionTimestamp = null,
        DeletionGracePeriodSeconds = null,
        SelfLink = "",
        ResourceVersion = "",
        Generation = hasGeneration ? 1 : 0,
    };

    /// <summary>Keeps what an update cannot change and need not repeat.</summary>
    public static ObjectMeta ForUpdate(ObjectMeta metadata, ObjectMeta old) => metadata with
    {
        Namespace = old.Namespace,
        UID = metadata.UID.Length == 0 ? old.UID : metadata.UID,
        CreationTimestamp = old.CreationTimestamp,
        DeletionTimestamp = old.DeletionTimestamp ?? metadata.DeletionTimestamp,
        DeletionGracePeriodSeconds = metadata.DeletionGracePeriodSeconds ?? old.DeletionGracePeriodSeconds,
        SelfLink = "",
        ResourceVersion = "",
        Generation = old.Generation,
    };

    /// <summary>The metadata with every owner named once, and what to tell a client that named one twice.</summary>
    public static ObjectMeta WithoutDoubleOwners(ObjectMeta metadata, List<string> warnings)
    {
        if (metadata.OwnerReferences.Count < 2)
        {
            return metadata;
        }

        var seen = new HashSet<OwnerReference>();
        var doubled = metadata.OwnerReferences.Where(owner => !seen.Add(owner)).Select(static owner => owner.UID).Distinct().ToList();
        if (doubled.Count == 0)
        {
            return metadata;
        }

        warnings.Add(
            ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; "
            + $"please fix your requests; duplicate UID(s) observed: {string.Join(", ", doubled)}");
        return metadata with { OwnerReferences = [.. metadata.OwnerReferences.Distinct()] };
    }

    public static DateTimeOffset WholeSeconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    public static void Validate(ObjectMeta metadata, Kind kind, FieldErrors errors)
    {
        if (metadata.GenerateName.Length > 0 && kind.NameProblem(WithoutDash(metadata.GenerateName)) is { } prefixProblem)
        {
            errors.Invalid("metadata.generateName", metadata.GenerateName, prefixProblem);
        }

        if (metadata.Name.Length == 0)
        {
            errors.Required("metadata.name", "name or generateName is required");
        }
        else if (kind.NameProblem(metadata.Name) is { } problem)
        {
            errors.Invalid("metadata.name", metadata.Name, problem);
        }

        foreach (var (key, value) in metadata.Labels)
        {
            if (!LabelSyntax.IsQualifiedName(key))
            {
                foreach (var keyProblem in LabelSyntax.QualifiedNameProblems(key))
                {
                    errors.Invalid("metadata.labels", key, keyProblem);
                }
            }

            foreach (var valueProblem in LabelSyntax.ValueProblems(value))
            {
                errors.Invalid("metadata.labels", value, valueProblem);
            }
        }

        ValidateAnnotations(metadata, errors);
        ValidateOwners(metadata.OwnerReferences, errors);
        ValidateFinalizers(metadata.Finalizers, errors);
    }

    public static void ValidateUpdate(ObjectMeta metadata, ObjectMeta old, FieldErrors errors)
    {
        if (metadata.Name != old.Name)
        {
            errors.Invalid("metadata.name", metadata.Name, "field is immutable");
        }

        if (metadata.UID != old.UID)
        {
            errors.Invalid("metadata.uid", metadata.UID, "field is immutable");
        }

        if (metadata.DeletionTimestamp != old.DeletionTimestamp)
        {
            errors.Invalid("metadata.deletionTimestamp", metadata.DeletionTimestamp is { } time ? time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) : null, "field is immutable");
        }

        if (metadata.DeletionGracePeriodSeconds != old.DeletionGracePeriodSeconds)
        {
            errors.Invalid("metadata.deletionGracePeriodSeconds", metadata.DeletionGracePeriodSeconds, "field is immutable");
        }

        if (old.DeletionTimestamp is null)
        {
            return;
        }

        var added = metadata.Finalizers.Except(old.Finalizers).ToList();
        if (added.Count > 0)
        {
            errors.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{\"{string.Join("\", \"", added)}\"}}");
        }
    }

    private static void ValidateAnnotations(ObjectMeta metadata, FieldErrors errors)
    {
        long bytes = 0;
        foreach (var (key, value) in metadata.Annotations)
        {
            if (!LabelSyntax.IsQualifiedName(key))
            {
                // Annotation keys may have upper case in their prefix, unlike labels.
                foreach (var problem in LabelSyntax.QualifiedNameProblems(key.ToLowerInvariant()))
                {
                    errors.Invalid("metadata.annotations", key, problem);
                }
            }

            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value);
        }

        if (bytes > AnnotationsBytesMax)
        {
            errors.TooLong("metadata.annotations", AnnotationsBytesMax);
        }
    }

    // What will follow a dash at the end is a name's end in its place.
    private static string WithoutDash(string prefix) => prefix.Length > 1 && prefix[^1] == '-' ? string.Concat(prefix.AsSpan(0, prefix.Length - 2), "a") : prefix;

    private static void ValidateFinalizers(IReadOnlyList<string> finalizers, FieldErrors errors)
    {
        if (finalizers.Count == 0)
        {
            return;
        }

        foreach (var finalizer in finalizers)
        {
            foreach (var problem in LabelSyntax.QualifiedNameProblems(finalizer))
            {
                errors.Invalid("metadata.finalizers", finalizer, problem);
            }
        }

        if (finalizers.Contains(Deletion.OrphanFinalizer) && finalizers.Contains(Deletion.ForegroundFinalizer))
        {
            errors.Invalid("metadata.finalizers", RawValue.Of(finalizers), "finalizer orphan and foregroundDeletion cannot be both set");
        }

        for (var i = 0; i < finalizers.Count; i++)
        {
            if (!finalizers[i].Contains('/', StringComparison.Ordinal) && finalizers[i] is not (Deletion.OrphanFinalizer or Deletion.ForegroundFinalizer or "kubernetes"))
            {
                errors.Invalid($"metadata.finalizers[{i}]", finalizers[i], "name is neither a standard finalizer name nor is it fully qualified");
            }
        }
    }

    private static void ValidateOwners(IReadOnlyList<OwnerReference> owners, FieldErrors errors)
    {
        const string Path = "metadata.ownerReferences";
        OwnerReference? controller = null;
        RawValue? all = null;
        foreach (var owner in owners)
        {
            Require(owner.APIVersion[(owner.APIVersion.IndexOf('/', StringComparison.Ordinal) + 1)..], owner.APIVersion, $"{Path}.apiVersion", "version must not be empty");
            Require(owner.Kind, owner.Kind, $"{Path}.kind", "must not be empty");
            Require(owner.Name, owner.Name, $"{Path}.name", "must not be empty");
            Require(owner.UID, owner.UID, $"{Path}.uid", "must not be empty");
            if (owner is { APIVersion: "v1", Kind: "Event" })
            {
                errors.Invalid(Path, RawValue.Of(owner), "/v1, Kind=Event is disallowed from being an owner");
            }

            if (owner.Controller == true)
            {
                if (controller is not null)
                {
                    errors.Invalid(
                        Path, all ??= new RawValue($"[{string.Join(',', owners.Select(static o => RawValue.Of(o).Json))}]"),
                        $"Only one reference can have Controller set to true. Found \"true\" in references for {controller.Kind}/{controller.Name} and {owner.Kind}/{owner.Name}");
                }

                controller ??= owner;
            }
        }

        void Require(string part, string value, string field, string detail)
        {
            if (part.Length == 0)
            {
                errors.Invalid(field, value, detail);
            }
        }
    }
}
