using System.Text;

namespace Navarch.Api.Generator;

/// <summary>C# text that is being written.</summary>
internal sealed class CodeText
{
    private readonly StringBuilder text = new();
    private int depth;

    public void Line(string line) => text.Append(' ', depth * 4).Append(line).Append('\n');

    public void Open()
    {
        Line("{");
        depth++;
    }

    public void Close(string after = "")
    {
        depth--;
        Line("}" + after);
    }

    public override string ToString() => text.ToString();

    /// <summary>A C# string literal.</summary>
    public static string Literal(string value) => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(value, quote: true);
}
