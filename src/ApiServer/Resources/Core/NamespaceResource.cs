using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>A scope for names.</summary>
public sealed class NamespaceResource : Resource<Namespace>
{
    private const string NameLabel = "kubernetes.io/metadata.name";
    private static readonly string[] VerbsWithoutCollectionDelete = ["create", "delete", "get", "list", "patch", "update", "watch"];

    public override IReadOnlyList<string> Verbs => VerbsWithoutCollectionDelete;

    public override bool HasStatus => true;

    public override IReadOnlyList<Column<Namespace>> Columns { get; } =
    [
        Columns<Namespace>.Name,
        Columns<Namespace>.Text("Status", static value => value.Status.Phase),
        Columns<Namespace>.Age,
    ];

    public override IReadOnlyDictionary<string, Func<Namespace, string>> SelectableFields { get; } = new Dictionary<string, Func<Namespace, string>>
    {
        ["status.phase"] = static value => value.Status.Phase,
    };

    public override string? NameProblem(string name) => Names.LabelProblem(name);

    public override Namespace Default(Namespace value)
    {
        var metadata = value.Metadata;
        if (metadata.Name.Length > 0 && metadata.Labels.Find(NameLabel) != metadata.Name)
        {
            value = value with { Metadata = metadata with { Labels = metadata.Labels.With(NameLabel, metadata.Name) } };
        }

        return value.Status.Phase.Length == 0 ? value with { Status = value.Status with { Phase = NamespacePhase.NamespaceActive } } : value;
    }

    public override Namespace PrepareForCreate(Namespace value, WriteContext context) => Default(value) with
    {
        Status = new NamespaceStatus { Phase = NamespacePhase.NamespaceActive },
        Spec = value.Spec with
        {
            Finalizers = value.Spec.Finalizers.Contains(FinalizerName.FinalizerKubernetes) ? value.Spec.Finalizers : [.. value.Spec.Finalizers, FinalizerName.FinalizerKubernetes],
        },
    };

    public override Namespace PrepareForUpdate(Namespace value, Namespace old, WriteContext context) =>
        Default(value) with { Spec = value.Spec with { Finalizers = old.Spec.Finalizers }, Status = old.Status };

    public override Namespace PrepareForStatusUpdate(Namespace value, Namespace old, WriteContext context) => value with { Spec = old.Spec };

    /// <summary>Only the finalizers change: the rule of the finalize subresource.</summary>
    public static Namespace PrepareForFinalize(Namespace value, Namespace old) => value with { Status = old.Status };

    public override void Validate(Namespace value, FieldErrors errors)
    {
        for (var i = 0; i < value.Spec.Finalizers.Count; i++)
        {
            var (path, finalizer) = ((FieldPath.Of("spec") / "finalizers")[i], value.Spec.Finalizers[i]);
            errors.QualifiedName(path, finalizer);
            if (!finalizer.Contains('/') && finalizer != FinalizerName.FinalizerKubernetes)
            {
                errors.Invalid(path, finalizer, "name is neither a standard finalizer name nor is it fully qualified");
            }
        }
    }

    public override void ValidateStatusUpdate(Namespace value, Namespace old, FieldErrors errors)
    {
        var isDeleted = value.Metadata.DeletionTimestamp is not null;
        if (!isDeleted && value.Status.Phase != NamespacePhase.NamespaceActive)
        {
            errors.Invalid("status.phase", value.Status.Phase, "may only be 'Active' if `deletionTimestamp` is empty");
        }

        if (isDeleted && value.Status.Phase != NamespacePhase.NamespaceTerminating)
        {
            errors.Invalid("status.phase", value.Status.Phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
        }
    }
}
