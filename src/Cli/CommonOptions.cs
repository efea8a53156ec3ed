using System.CommandLine;
using Navarch.Cluster.Profiles;

namespace Navarch.Cli;

/// <summary>Options that several commands have, made anew for each: an option object belongs to one command.</summary>
internal static class CommonOptions
{
    public static Option<string> Profile() => new("--profile", "-p")
    {
        Description = "Which cluster: several can run on one machine.",
        HelpName = "NAME",
        DefaultValueFactory = _ => ProfileName.Default,
    };

    public static Option<string> Output()
    {
        var output = new Option<string>("--output", "-o") { Description = "`json` for programs.", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };
        output.AcceptOnlyFromAmong("text", "json");
        return output;
    }

    public static Option<string> Kubeconfig() => new("--kubeconfig")
    {
        Description = "How to reach the API server and as whom; without it, the profile's own.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "",
    };
}
