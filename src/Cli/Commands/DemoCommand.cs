using System.CommandLine;
using Navarch.Cli.Output;
using Navarch.Cluster.Demo;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Profiles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch demo</c>: a newcomer's first command.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var profile = CommonOptions.Profile();
        var command = new Command("demo", "Start a cluster and run a small application in it. Needs root.") { profile };
        command.SetAction(async (arguments, ct) =>
        {
            var manifests = Path.Combine(AppContext.BaseDirectory, "examples", "demo");
            var options = new StartOptions { Profile = arguments.GetValue(profile)!, Self = Self.Command };
            var demo = new DemoRun(new ProfileStore(), manifests, Progress.Create(TimeProvider.System), TimeProvider.System);
            Print(await demo.RunAsync(options, ct), arguments.GetValue(profile)!);
            return 0;
        });
        return command;
    }

    private static void Print(DemoResult result, string profile)
    {
        var option = profile == ProfileName.Default ? "" : $" -p {profile}";
        Console.WriteLine();
        Console.WriteLine($"  {Printable.Of(result.Answer)}");
        Console.WriteLine();
        Console.WriteLine($"The page:      {result.Outside} (from other machines too), {result.Inside} (from this one and from pods)");
        if (UserTools.HasKubectl)
        {
            Console.WriteLine("Look around:   kubectl get pods,services -o wide");
            Console.WriteLine("Read a log:    kubectl logs deployment/visits");
            Console.WriteLine("Go inside:     kubectl exec -it deployment/visits -- sh");
            Console.WriteLine("More pods:     kubectl scale deployment/visits --replicas=4");
        }
        else
        {
            Console.WriteLine("Look around:   install kubectl (`sudo apt-get install kubernetes-client`), then `kubectl get pods,services -o wide`");
        }

        Console.WriteLine($"Stop, resume:  sudo ./navarch stop{option}; sudo ./navarch start{option}");
        Console.WriteLine($"Remove all:    sudo ./navarch delete{option}");
    }
}
