using System.Globalization;
using System.Text;

namespace Navarch.Machinery.Cel;

/// <summary>The text of an expression, and how a place in it is shown.</summary>
internal sealed class CelSource(string text)
{
    public string Text { get; } = text;

    /// <summary>The message, the line it is about, and a mark below the place: <c>ERROR: &lt;input&gt;:1:5: …</c>.</summary>
    public string Describe(CelProblem problem)
    {
        var position = Math.Min(problem.Position, Text.Length);
        var start = position == 0 ? 0 : Text.LastIndexOf('\n', position - 1) + 1;
        var end = Text.IndexOf('\n', start);
        var line = end < 0 ? Text[start..] : Text[start..end];
        var number = Text.AsSpan(0, start).Count('\n') + 1;
        var column = 0;
        foreach (var _ in Text.AsSpan(start, position - start).EnumerateRunes())
        {
            column++;
        }

        return new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"ERROR: <input>:{number}:{column + 1}: {problem.Message}\n | ")
            .Append(line.Replace('\t', ' '))
            .Append("\n | ")
            .Append('.', column)
            .Append('^')
            .ToString();
    }

    public CelException Failure(IEnumerable<CelProblem> problems) => new(string.Join('\n', problems.OrderBy(static problem => problem.Position).Select(Describe)));
}

/// <param name="Position">Index into the source.</param>
internal sealed record CelProblem(int Position, string Message);
