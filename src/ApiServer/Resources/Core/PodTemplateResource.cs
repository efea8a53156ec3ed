using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>A template of pods that nothing makes pods from by itself.</summary>
public sealed class PodTemplateResource : Resource<PodTemplate>
{
    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<PodTemplate>> Columns { get; } =
    [
        Columns<PodTemplate>.Name,
        Columns<PodTemplate>.Text("Containers", static value => Cells.Names(value.Template.Spec.Containers)),
        Columns<PodTemplate>.Text("Images", static value => Cells.Images(value.Template.Spec.Containers)),
        Columns<PodTemplate>.Text("Pod Labels", static value => Cells.Labels(value.Template.Metadata.Labels)),
    ];

    public override PodTemplate Default(PodTemplate value) => value with { Template = PodTemplateDefaults.Template(value.Template) };

    public override bool ChangesGeneration(PodTemplate value, PodTemplate old) => value.Template != old.Template;

    public override void Validate(PodTemplate value, FieldErrors errors) => PodSpecValidation.Template(errors, FieldPath.Of("template"), value.Template);

    public override IEnumerable<string> Warnings(PodTemplate value) => PodWarnings.OfTemplate(value.Template, "template");
}
