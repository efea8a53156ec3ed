using System.Xml.Linq;

namespace Navarch.Repository.Tests;

/// <summary>The files of the repository this test was built from.</summary>
internal static class Sources
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> Parts { get; } =
        [.. Directory.GetDirectories(Path.Combine(Root, "src")).Where(part => Directory.GetFiles(part, "*.csproj").Length > 0).Select(part => Path.GetFileName(part)).Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> ReferencesOf(string part) =>
        [.. XDocument.Load(Path.Combine(Root, "src", part, part + ".csproj")).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!))];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Navarch.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("This test must run from inside the repository: no Navarch.slnx above " + AppContext.BaseDirectory);
    }
}
