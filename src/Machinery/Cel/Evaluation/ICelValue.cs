namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>A value of a type that a library brings along.</summary>
internal interface ICelValue
{
    /// <summary>Name of its type.</summary>
    string TypeName { get; }
}

/// <summary>A type, as a value.</summary>
internal sealed record CelTypeValue(string Name);
