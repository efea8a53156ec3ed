using System.Collections.Frozen;
using Navarch.Machinery.Cel.Checking;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Every function and every named type that expressions have, as in Kubernetes v1.36.</summary>
internal static class CelLibrary
{
    private static readonly FrozenDictionary<string, Overload[]> Functions = new[]
    {
        Operators.All, Conversions.All, Sizes.All, TextFunctions.All, TextFormat.All, Regexes.All, TimeFunctions.All, Lists.All, Sets.All, Optionals.All,
        Urls.All, Quantities.All, Networks.All, SemanticVersions.All, NamedFormats.All, Authorizers.All,
    }.SelectMany(static part => part).GroupBy(static overload => overload.Name).ToFrozenDictionary(static group => group.Key, static group => group.ToArray());

    private static readonly FrozenDictionary<string, CelType> Types = new[]
    {
        CelType.Bool, CelType.Int, CelType.Uint, CelType.Double, CelType.String, CelType.Bytes, CelType.Null, CelType.Timestamp, CelType.Duration,
        CelType.List(CelType.Dyn), CelType.Map(CelType.Dyn, CelType.Dyn), CelType.TypeOf(CelType.Dyn), CelType.Optional(CelType.Dyn),
        CelType.Opaque(Urls.TypeName), CelType.Opaque(Quantities.TypeName), CelType.Opaque(Networks.AddressType), CelType.Opaque(Networks.RangeType),
        CelType.Opaque(SemanticVersions.TypeName), CelType.Opaque(NamedFormats.TypeName),
    }.ToFrozenDictionary(static type => type.Name);

    public static IReadOnlyList<Overload>? Find(string function) => Functions.GetValueOrDefault(function);

    public static CelType? FindType(string name) => Types.GetValueOrDefault(name);
}
