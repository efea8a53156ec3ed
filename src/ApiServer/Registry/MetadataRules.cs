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
    /// <param name="isApply">The metadata brings its owners along; otherwise a client's word on them is worth nothing.</param>
    public static ObjectMeta ForCreate(ObjectMeta metadata, string @namespace, bool hasGeneration, bool isApply, DateTimeOffset now) => metadata with
    {
        Namespace = @namespace,
        UID = Guid.NewGuid().ToString(),
        CreationTimestamp = WholeSeconds(now),
        DeletionTimestamp = null,
        DeletionGracePeriodSeconds = null,
        SelfLink = "",
        ResourceVersion = "",
        Generation = hasGeneration ? 1 : 0,
        ManagedFields = isApply ? metadata.ManagedFields : [],
    };

    /// <summary>Keeps what an update cannot change and need not repeat.</summary>
    public static ObjectMeta ForUpdate(ObjectMeta metadata, ObjectMeta old) => metadata with
    {
        GenerateName = old.GenerateName,
        Namespace = metadata.Namespace.Length == 0 ? old.Namespace : metadata.Namespace,
        UID = metadata.UID.Length == 0 ? old.UID : metadata.UID,
        CreationTimestamp = old.CreationTimestamp,
        DeletionTimestamp = old.DeletionTimestamp,
        DeletionGracePeriodSeconds = old.DeletionGracePeriodSeconds,
        SelfLink = "",
        ResourceVersion = "",
        Generation = old.Generation,
    };

    public static DateTimeOffset WholeSeconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    public static void Validate(ObjectMeta metadata, Kind kind, FieldErrors errors)
    {
        if (metadata.GenerateName.Length > 0 && metadata.Name.Length == 0 && kind.NameProblem(metadata.GenerateName.TrimEnd('-')) is { } prefixProblem)
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
        foreach (var finalizer in metadata.Finalizers)
        {
            if (!LabelSyntax.IsQualifiedName(finalizer))
            {
                foreach (var finalizerProblem in LabelSyntax.QualifiedNameProblems(finalizer))
                {
                    errors.Invalid("metadata.finalizers", finalizer, finalizerProblem);
                }
            }
        }

        if (metadata.Finalizers.Contains("orphan") && metadata.Finalizers.Contains("foregroundDeletion"))
        {
            errors.Invalid("metadata.finalizers", new RawValue("[\"" + string.Join("\",\"", metadata.Finalizers) + "\"]"), "finalizer orphan and foregroundDeletion cannot be both set");
        }
    }

    public static void ValidateUpdate(ObjectMeta metadata, ObjectMeta old, FieldErrors errors)
    {
        if (metadata.Name != old.Name)
        {
            errors.Invalid("metadata.name", metadata.Name, "field is immutable");
        }

        if (metadata.Namespace != old.Namespace)
        {
            errors.Invalid("metadata.namespace", metadata.Namespace, "field is immutable");
        }

        if (metadata.UID != old.UID)
        {
            errors.Invalid("metadata.uid", metadata.UID, "field is immutable");
        }

        if (old.DeletionTimestamp is null)
        {
            return;
        }

        var added = metadata.Finalizers.Where(finalizer => !old.Finalizers.Contains(finalizer)).ToList();
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

    private static void ValidateOwners(IReadOnlyList<OwnerReference> owners, FieldErrors errors)
    {
        var hasController = false;
        for (var i = 0; i < owners.Count; i++)
        {
            var owner = owners[i];
            var path = $"metadata.ownerReferences[{i}]";
            Require(owner.APIVersion, $"{path}.apiVersion", "version must not be empty");
            Require(owner.Kind, $"{path}.kind", "must not be empty");
            Require(owner.Name, $"{path}.name", "must not be empty");
            Require(owner.UID, $"{path}.uid", "must not be empty");
            if (owner is { APIVersion: "v1", Kind: "Event" })
            {
                errors.Invalid(path, new RawValue("{\"kind\":\"Event\",\"apiVersion\":\"v1\"}"), "/v1, Kind=Event is disallowed from being an owner");
            }

            if (owner.Controller == true && hasController)
            {
                errors.Invalid("metadata.ownerReferences", new RawValue("[]"), $"Only one reference can have Controller set to true. Found \"true\" in references for {owners.First(o => o.Controller == true).Name} and {owner.Name}");
            }

            hasController |= owner.Controller == true;
        }

        void Require(string value, string field, string detail)
        {
            if (value.Length == 0)
            {
                errors.Invalid(field, value, detail);
            }
        }
    }
}
