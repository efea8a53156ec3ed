namespace Navarch.EndToEnd;

/// <summary>The kubectls of this machine. Where one lies in several versions side by side (kubectl.1.27, kubectl.1.28), all are used.</summary>
internal sealed class Kubectl(string program, string kubeconfig, string @namespace = "default")
{
    public static IReadOnlyList<string> Programs { get; } = FindPrograms();

    public static string Default => Programs.Count > 0 ? Programs[^1] : "kubectl";

    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["KUBECONFIG"] = kubeconfig,
        ["HOME"] = Path.GetDirectoryName(kubeconfig)!, // kubectl caches discovery in the home folder.
    };

    public string Program => program;

    public string Namespace => @namespace;

    public Kubectl In(string otherNamespace) => new(program, kubeconfig, otherNamespace);

    public Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) =>
        Command.RunAsync(program, ["--namespace", @namespace, .. arguments], Environment);

    public Task<Outcome> WithInputAsync(string input, params IReadOnlyList<string> arguments) =>
        Command.RunAsync(program, ["--namespace", @namespace, .. arguments], Environment, input);

    /// <summary>With a terminal, as somebody at a keyboard has one: what is typed comes from <paramref name="input"/>.</summary>
    public Task<Outcome> OnTerminalAsync(string input, params IReadOnlyList<string> arguments) =>
        Command.RunAsync(
            "script",
            ["-qec", string.Join(' ', ((IEnumerable<string>)[program, "--namespace", @namespace, .. arguments]).Select(Quote)), "/dev/null"],
            Environment,
            input);

    public Task<Outcome> ApplyAsync(string manifest) => RunAsync("apply", "-f", Manifest(manifest));

    public static string Manifest(string name) => Path.Combine(AppContext.BaseDirectory, "manifests", name);

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static IReadOnlyList<string> FindPrograms()
    {
        var onPath = (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Append("/usr/bin")
            .Select(folder => Path.Combine(folder, "kubectl"))
            .FirstOrDefault(File.Exists);
        if (onPath is null)
        {
            return [];
        }

        var real = File.ResolveLinkTarget(onPath, returnFinalTarget: true)?.FullName ?? onPath;
        var versions = Directory.EnumerateFiles(Path.GetDirectoryName(real)!, "kubectl.1.*").Order(StringComparer.Ordinal).ToList();
        return versions.Count > 0 ? versions : [onPath];
    }
}
