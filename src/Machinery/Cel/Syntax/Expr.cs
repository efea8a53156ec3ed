namespace Navarch.Machinery.Cel.Syntax;

/// <summary>A part of an expression. Parts are compared by identity: what the checker finds out is kept beside them.</summary>
internal abstract class Expr(int position, int depth)
{
    /// <summary>Index into the source, where problems with this part are shown.</summary>
    public int Position { get; } = position;

    /// <summary>How deep parts are nested in this one; bounded by the parser, so that whoever walks the tree may recurse.</summary>
    public int Depth { get; } = depth;

    protected static int Below(IEnumerable<Expr> parts) => 1 + parts.Select(static part => part.Depth).DefaultIfEmpty().Max();
}

internal sealed class Literal(int position, object value) : Expr(position, 1)
{
    public object Value { get; } = value;
}

internal sealed class Identifier(int position, string name) : Expr(position, 1)
{
    /// <summary>Begins with a dot where it was written so: then no variable of a macro is meant.</summary>
    public string Name { get; } = name;
}

internal sealed class Select(int position, Expr operand, string field, bool isOptional) : Expr(position, operand.Depth + 1)
{
    public Expr Operand { get; } = operand;
    public string Field { get; } = field;

    /// <summary>Written <c>a.?b</c>.</summary>
    public bool IsOptional { get; } = isOptional;
}

/// <summary>The macro <c>has(a.b)</c>.</summary>
internal sealed class Has(int position, Expr operand, string field) : Expr(position, operand.Depth + 1)
{
    public Expr Operand { get; } = operand;
    public string Field { get; } = field;
}

/// <summary>A call of a function; operators are functions too, named as in messages: <c>_+_</c>.</summary>
internal sealed class Call(int position, Expr? target, string function, IReadOnlyList<Expr> arguments)
    : Expr(position, Below(target is null ? arguments : arguments.Append(target)))
{
    public Expr? Target { get; } = target;
    public string Function { get; } = function;
    public IReadOnlyList<Expr> Arguments { get; } = arguments;
}

/// <summary>A list written out.</summary>
internal sealed class ListOf(int position, IReadOnlyList<(Expr Value, bool IsOptional)> items) : Expr(position, Below(items.Select(static item => item.Value)))
{
    public IReadOnlyList<(Expr Value, bool IsOptional)> Items { get; } = items;
}

/// <summary>A map written out.</summary>
internal sealed class MapOf(int position, IReadOnlyList<MapOf.Entry> entries) : Expr(position, Below(entries.SelectMany(static entry => new[] { entry.Key, entry.Value })))
{
    public IReadOnlyList<Entry> Entries { get; } = entries;

    public sealed record Entry(Expr Key, Expr Value, bool IsOptional);
}

/// <summary>An object written out: <c>Object.spec{replicas: 1}</c>.</summary>
internal sealed class ObjectOf(int position, string typeName, IReadOnlyList<ObjectOf.Field> fields) : Expr(position, Below(fields.Select(static field => field.Value)))
{
    public string TypeName { get; } = typeName;
    public IReadOnlyList<Field> Fields { get; } = fields;

    public sealed record Field(int Position, string Name, Expr Value, bool IsOptional);
}

internal enum LoopKind
{
    All,
    Exists,
    ExistsOne,
    Filter,

    /// <summary><c>map</c> and <c>transformList</c>.</summary>
    ToList,
    TransformMap,
    TransformMapEntry,
}

/// <summary>A macro that visits every element of a list or every key of a map.</summary>
/// <param name="second">The second variable: the value at the index or key that the first one is; null in macros of one variable.</param>
/// <param name="condition">Which elements count; null for all.</param>
/// <param name="result">What becomes of an element, where the macro makes something.</param>
internal sealed class Loop(int position, LoopKind kind, Expr range, string first, string? second, Expr? condition, Expr? result)
    : Expr(position, Below(new[] { range, condition, result }.OfType<Expr>()))
{
    public LoopKind Kind { get; } = kind;
    public Expr Range { get; } = range;
    public string First { get; } = first;
    public string? Second { get; } = second;
    public Expr? Condition { get; } = condition;
    public Expr? Result { get; } = result;
}

/// <summary>The macros <c>optMap</c> and <c>optFlatMap</c>: what becomes of an optional value if there is one.</summary>
internal sealed class OptionalMap(int position, Expr target, string variable, Expr result, bool isFlat) : Expr(position, Below([target, result]))
{
    public Expr Target { get; } = target;
    public string Variable { get; } = variable;
    public Expr Result { get; } = result;

    /// <summary>The result is an optional value itself.</summary>
    public bool IsFlat { get; } = isFlat;
}
