using System.Diagnostics;
using System.Globalization;

namespace Navarch.Dns.Bench;

/// <param name="Arguments">For a port.</param>
internal sealed record Candidate(string Name, string Program, Func<int, IReadOnlyList<string>> Arguments)
{
    public Process Start(int port)
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in Arguments(port))
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}

/// <summary>The servers that are compared, as far as they are on this machine.</summary>
internal static class Candidates
{
    public static IEnumerable<Candidate> All(int services, string scratch)
    {
        var count = services.ToString(CultureInfo.InvariantCulture);
        // This program itself, which `dotnet` runs.
        yield return new("navarch", Environment.ProcessPath!, port => [typeof(Candidates).Assembly.Location, "serve", port.ToString(CultureInfo.InvariantCulture), count]);
        if (Find("dnsmasq") is { } dnsmasq)
        {
            var hosts = Path.Combine(scratch, "hosts");
            File.WriteAllLines(hosts, Enumerable.Range(0, services).Select(i => $"{Server.AddressOf(i)} {Load.NameOf(i)}"));
            yield return new("dnsmasq", dnsmasq, port =>
            [
                "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", $"--addn-hosts={hosts}", $"--port={port}",
                "--listen-address=127.0.0.1", "--bind-interfaces", "--user=root", $"--pid-file={scratch}/dnsmasq.pid",
            ]);
        }

        if (Find("unbound") is { } unbound)
        {
            yield return new("unbound", unbound, port =>
            {
                var config = Path.Combine(scratch, "unbound.conf");
                File.WriteAllText(
                    config,
                    $"""
                    server:
                      interface: 127.0.0.1@{port}
                      do-daemonize: no
                      num-threads: {Environment.ProcessorCount}
                      so-reuseport: yes
                      username: ""
                      chroot: ""
                      directory: "{scratch}"
                      pidfile: ""
                      use-syslog: no
                      local-zone: "cluster.local." static
                    {string.Join('\n', Enumerable.Range(0, services).Select(i => $"  local-data: \"{Load.NameOf(i)}. 30 IN A {Server.AddressOf(i)}\""))}

                    """);
                return ["-d", "-c", config];
            });
        }
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
