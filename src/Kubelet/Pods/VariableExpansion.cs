using System.Text;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// Replaces <c>$(NAME)</c> in environment values, commands and arguments. <c>$$</c> is a literal dollar sign, and a
/// reference to what is not defined stays as it is written.
/// </summary>
internal static class VariableExpansion
{
    /// <exception cref="ConfigurationException">It becomes longer than the kernel gives to a program.</exception>
    public static string Expand(string text, Func<string, string?> find)
    {
        if (!text.Contains('$'))
        {
            return text;
        }
        var result = new StringBuilder(text.Length);
        var lastEnd = text.LastIndexOf(')'); // Not looked for anew by every bracket that is opened.
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }
            i++;
            if (text[i] == '$')
            {
                result.Append('$');
            }
            else if (text[i] == '(' && i < lastEnd)
            {
                var end = text.IndexOf(')', i);
                var name = text[(i + 1)..end];
                result.Append(find(name) ?? $"$({name})");
                i = end;
                if (result.Length > ProgramText.StringLengthMax)
                {
                    throw new ConfigurationException($"variables expand to more than {ProgramText.StringLengthMax} bytes");
                }
            }
            else
            {
                result.Append('$').Append(text[i]);
            }
        }
        return result.ToString();
    }
}
