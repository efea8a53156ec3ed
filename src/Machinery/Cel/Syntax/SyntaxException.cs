namespace Navarch.Machinery.Cel.Syntax;

/// <summary>The text is no expression. Caught where the text came in.</summary>
internal sealed class SyntaxException(int position, string message) : Exception(message)
{
    public int Position { get; } = position;
}
