using System.Text;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Authentication;

/// <summary>
/// Tokens that a file lists, a line each: token, user, id and, optionally, groups in quotes: <c>secret,ann,7,"dev,ops"</c>.
/// Read once, at the start.
/// </summary>
internal sealed class TokenFile : ITokenAuthenticator
{
    private readonly Dictionary<string, UserInfo> users = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">A line does not have its form.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TokenFile Load(string path)
    {
        var file = new TokenFile();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Trim().Length == 0 || line[0] == '#')
            {
                continue;
            }

            var fields = Fields(line);
            if (fields.Count < 3 || fields[0].Length == 0 || fields[1].Length == 0)
            {
                throw new InvalidDataException($"{path}:{number}: a line is token,user,id and, optionally, groups");
            }

            var groups = fields.Count > 3 ? fields[3].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];
            file.users[fields[0]] = new UserInfo(fields[1], [.. groups, "system:authenticated"]) { Uid = fields[2] };
        }

        return file;
    }

    public ValueTask<UserInfo?> FindAsync(string token, CancellationToken ct) => new(users.GetValueOrDefault(token));

    // RFC 4180: quotes around a field, two for one within it.
    private static List<string> Fields(string line)
    {
        var (fields, field, isQuoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < line.Length; i++)
        {
            switch (line[i])
            {
                case '"' when isQuoted && i + 1 < line.Length && line[i + 1] == '"':
                    field.Append('"');
                    i++;
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case ',' when !isQuoted:
                    fields.Add(field.ToString().Trim());
                    field.Clear();
                    break;
                case var letter:
                    field.Append(letter);
                    break;
            }
        }

        fields.Add(field.ToString().Trim());
        return fields;
    }
}
