namespace Navarch.ApiServer.Tests.Discovery;

/// <summary>Facts about Kubernetes v1.36 as tab separated text, one file per subject; the first line names the columns.</summary>
internal static class ExpectedTable
{
    /// <summary>The cells of each line; empty where the fact is none.</summary>
    public static IEnumerable<string[]> Rows(string table)
    {
        using var stream = typeof(ExpectedTable).Assembly.GetManifestResourceStream(table + ".tsv")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(static line => line.Split('\t').Select(static cell => cell is "-" or "\"\"" ? "" : cell).ToArray())];
    }
}
