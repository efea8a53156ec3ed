using System.CommandLine;
using Navarch.ApiServer.Audit;
using Navarch.Cluster;

namespace Navarch.Cli;

/// <summary>What the API server records of its requests, and where. Names and meanings are upstream's.</summary>
internal sealed class AuditOptions
{
    private readonly Option<string> policy = new("--audit-policy-file")
    {
        Description = "Record requests as this policy (audit.k8s.io/v1) says. Without it nothing is recorded.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string> path = new("--audit-log-path")
    {
        Description = "Where to, as lines of JSON; `-` is standard output.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "-",
    };

    private readonly Option<int> size = Number("--audit-log-maxsize", "MEGABYTES", "A file of this size is put aside, and a new one begun.", 100);
    private readonly Option<int> backups = Number("--audit-log-maxbackup", "COUNT", "How many files put aside are kept; 0 keeps all.", 0);
    private readonly Option<int> age = Number("--audit-log-maxage", "DAYS", "How long files put aside are kept; 0 keeps them for ever.", 0);

    public void AddTo(Command command)
    {
        command.Add(policy);
        command.Add(path);
        command.Add(size);
        command.Add(backups);
        command.Add(age);
    }

    /// <summary>The policy's file, empty for none, and the log's settings.</summary>
    /// <exception cref="ClusterException">The policy cannot be used.</exception>
    public (string PolicyFile, AuditLogConfig Log) Read(ParseResult arguments)
    {
        var file = arguments.GetValue(policy)!;
        if (file.Length > 0 && !File.Exists(file))
        {
            throw new ClusterException($"the audit policy {file} does not exist", "correct --audit-policy-file");
        }

        var log = new AuditLogConfig(
            arguments.GetValue(path)!, (long)Math.Max(1, arguments.GetValue(size)) << 20, arguments.GetValue(backups), TimeSpan.FromDays(arguments.GetValue(age)));
        return (file, log);
    }

    private static Option<int> Number(string name, string help, string description, int value) => new(name)
    {
        Description = description,
        HelpName = help,
        DefaultValueFactory = _ => value,
    };
}
