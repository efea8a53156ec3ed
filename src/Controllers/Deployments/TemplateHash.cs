using System.Globalization;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;

namespace Navarch.Controllers;

/// <summary>Names pod templates: equal templates have one name, others have (but for rare collisions) another.</summary>
internal static class TemplateHash
{
    public const string Label = "pod-template-hash";

    // Neither vowels nor digits that look like them: no name becomes a word.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <param name="collisions">How often the name was found taken by another template.</param>
    public static string Of(PodTemplateSpec template, int collisions)
    {
        const uint offset = 2166136261, prime = 16777619; // FNV-1a, 32 bits.
        var hash = offset;
        foreach (var value in ApiJson.FieldsToUtf8(template))
        {
            hash = (hash ^ value) * prime;
        }

        for (var i = 0; i < 4 && collisions > 0; i++)
        {
            hash = (hash ^ (byte)(collisions >> (8 * i))) * prime;
        }

        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(digit => Alphabet[digit % Alphabet.Length]));
    }

    /// <summary>The template without the label that this class puts on it.</summary>
    public static PodTemplateSpec Plain(PodTemplateSpec template) =>
        template with { Metadata = template.Metadata with { Labels = template.Metadata.Labels.Without(Label) } };

    public static PodTemplateSpec Labelled(PodTemplateSpec template, string hash) =>
        template with { Metadata = template.Metadata with { Labels = template.Metadata.Labels.With(Label, hash) } };
}
