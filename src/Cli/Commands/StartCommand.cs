using System.CommandLine;
using System.Globalization;
using Navarch.Cli.Output;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Profiles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch start</c>: returns when the node is Ready, whatever was running before.</summary>
internal static class StartCommand
{
    public static Command Create()
    {
        var profile = CommonOptions.Profile();
        var apiPort = new Option<int>("--api-port") { Description = "Port of the API server; by default 6443 or the next free one.", HelpName = "PORT" };
        var kubeletPort = new Option<int>("--kubelet-port") { Description = "Port of the kubelet; by default 10250 or the next free one.", HelpName = "PORT" };
        var wait = new Option<int>("--wait") { Description = "Seconds the node may take to become Ready.", HelpName = "SECONDS", DefaultValueFactory = _ => 120 };
        var dns = new Option<bool?>("--cluster-dns")
        {
            Description = "Whether nodes answer DNS themselves; false leaves the Service kube-dns to a DNS server that you deploy.",
            HelpName = "BOOL",
        };
        var planes = new Option<int>("--control-planes")
        {
            Description = "How many control planes a new cluster gets: 1, or 3 or 5 over a cluster of etcd, of which 1 or 2 may fail.",
            HelpName = "COUNT",
        };
        planes.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.Tokens[0].Value is not ("1" or "3" or "5"))
            {
                result.AddError($"{planes.Name}: 1, 3 or 5. An even number does not survive more failures than the odd one below it.");
            }
        });
        foreach (var port in (Option<int>[])[apiPort, kubeletPort])
        {
            port.Validators.Add(result =>
            {
                if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value is < 1 or > 65535)
                {
                    result.AddError($"{port.Name}: a port is a number from 1 to 65535.");
                }
            });
        }

        var command = new Command("start", "Start a cluster, or resume a stopped one. Needs root.") { profile, planes, apiPort, kubeletPort, dns, wait };
        var encryption = new EncryptionOptions();
        encryption.AddTo(command);
        command.SetAction(async (arguments, ct) =>
        {
            var time = TimeProvider.System;
            var begin = time.GetTimestamp();
            var options = new StartOptions
            {
                Profile = arguments.GetValue(profile)!,
                Self = Self.Command,
                ControlPlanes = arguments.GetValue(planes),
                ApiPort = arguments.GetValue(apiPort),
                KubeletPort = arguments.GetValue(kubeletPort),
                RunsDns = arguments.GetValue(dns),
                EncryptResources = encryption.Read(arguments),
                ReadyMax = TimeSpan.FromSeconds(arguments.GetValue(wait)),
            };
            var result = await new Start(new ProfileStore(), Progress.Create(time), time).RunAsync(options, ct);
            Console.WriteLine(result.WasRunning
                ? $"Cluster \"{result.Profile.Name}\" is already running."
                : string.Create(CultureInfo.InvariantCulture, $"Cluster \"{result.Profile.Name}\" is running ({time.GetElapsedTime(begin).TotalSeconds:0.0} s)."));
            Console.WriteLine($"Context \"{result.Profile.ContextName}\" is the current one of {result.KubeconfigPath}: try `kubectl get nodes`.");
            return 0;
        });
        return command;
    }
}
