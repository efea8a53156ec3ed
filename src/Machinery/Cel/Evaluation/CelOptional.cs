namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>A value that may be missing.</summary>
/// <param name="Value">Null where it is.</param>
internal sealed record CelOptional(object? Value)
{
    public static readonly CelOptional None = new((object?)null);
}
