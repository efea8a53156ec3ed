namespace Navarch.Repository.Tests;

public sealed class ArchitectureTests
{
    // What each part may know of. Between the components of one line there is no arrow at all: they meet in the API.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Api.Generator"] = [],
        ["Api"] = ["Api.Generator"],
        ["Machinery"] = ["Api"],
        ["Storage"] = ["Machinery"],
        ["Client"] = ["Machinery"],
        ["ApiServer"] = ["Storage", "Client"],
        ["Controllers"] = ["Client"],
        ["Scheduler"] = ["Client"],
        ["Kubelet"] = ["Client"],
        ["Network"] = ["Client"],
        ["Dns"] = ["Client"],
        ["Ingress"] = ["Client"],
        ["Cluster"] = ["ApiServer", "Controllers", "Scheduler", "Kubelet", "Network", "Dns", "Ingress", "Storage", "Client"],
        ["Cli"] = ["Cluster"],
    };

    public static TheoryData<string> Parts => [.. Sources.Parts];

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_references_only_what_the_architecture_allows(string part) =>
        Assert.Empty(Sources.ReferencesOf(part).Except(Allowed[part]));

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_says_in_a_readme_what_it_is(string part) =>
        Assert.InRange(File.ReadLines(Path.Combine(Sources.Root, "src", part, "README.md")).Count(), 5, 60);
}
