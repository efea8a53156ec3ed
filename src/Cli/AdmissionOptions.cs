using System.CommandLine;
using Navarch.ApiServer;
using Navarch.Cluster;

namespace Navarch.Cli;

/// <summary>Which admission plugins run. Names and meanings are upstream's.</summary>
internal sealed class AdmissionOptions
{
    private readonly Option<string> enabled = Plugins("--enable-admission-plugins", "Admission plugins to run beside those that run by default, such as AlwaysPullImages.");
    private readonly Option<string> disabled = Plugins("--disable-admission-plugins", "Admission plugins not to run although they run by default, such as PodSecurity.");

    private readonly Option<string> file = new("--admission-control-config-file")
    {
        Description = "File that says more of single plugins, such as PodSecurity and EventRateLimit: an AdmissionConfiguration.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "",
    };

    public void AddTo(Command command)
    {
        command.Add(enabled);
        command.Add(disabled);
        command.Add(file);
    }

    /// <exception cref="ClusterException">There is no such plugin.</exception>
    public AdmissionConfig Read(ParseResult arguments) => new()
    {
        Enabled = Names(arguments.GetValue(enabled)!),
        Disabled = Names(arguments.GetValue(disabled)!),
        ConfigFile = arguments.GetValue(file)!,
    };

    private static string[] Names(string text)
    {
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return Array.Find(names, static name => !AdmissionConfig.Names.Contains(name)) is { } unknown
            ? throw new ClusterException($"\"{unknown}\" is no admission plugin", $"there are: {string.Join(", ", AdmissionConfig.Names)}")
            : names;
    }

    private static Option<string> Plugins(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "NAME[,NAME]",
        DefaultValueFactory = _ => "",
    };
}
