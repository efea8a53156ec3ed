namespace Navarch.Machinery.Cel.Syntax;

internal enum TokenKind
{
    End,
    Identifier,

    /// <summary>A value written out; <c>true</c>, <c>false</c> and <c>null</c> too.</summary>
    Literal,

    /// <summary>A whole number without a sign, which may stand before it.</summary>
    Int,

    /// <summary>A number with a fraction or an exponent, without a sign.</summary>
    Double,

    /// <summary>An operator or a bracket; <c>in</c> too.</summary>
    Symbol,
}

/// <param name="Text">As written.</param>
/// <param name="Value">What a literal stands for.</param>
internal readonly record struct Token(TokenKind Kind, int Position, string Text, object? Value = null)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;
}
