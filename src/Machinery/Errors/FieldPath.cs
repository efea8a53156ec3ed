using System.Globalization;

namespace Navarch.Machinery.Errors;

/// <summary>
/// Where a field is: <c>spec.containers[0].env[3].name</c>. The text is put together only when a rule is broken, so
/// that walking through a valid object costs a few small nodes.
/// </summary>
public sealed class FieldPath
{
    private readonly FieldPath? parent;
    private readonly string? name;
    private readonly int index;

    private FieldPath(FieldPath? parent, string? name, int index)
    {
        this.parent = parent;
        this.name = name;
        this.index = index;
    }

    private const int Named = -1;
    private const int Keyed = -2;

    /// <summary>The element of a list.</summary>
    public FieldPath this[int element] => new(this, null, element);

    /// <summary>The value of a map.</summary>
    public FieldPath this[string key] => new(this, key, Keyed);

    public static FieldPath Of(string name) => new(null, name, Named);

    public static FieldPath operator /(FieldPath parent, string child) => new(parent, child, Named);

    public static implicit operator string(FieldPath path) => path.ToString();

    public override string ToString()
    {
        var before = parent?.ToString() ?? "";
        return index switch
        {
            Named => before.Length == 0 ? name! : $"{before}.{name}",
            Keyed => $"{before}[{name}]",
            _ => string.Create(CultureInfo.InvariantCulture, $"{before}[{index}]"),
        };
    }
}
