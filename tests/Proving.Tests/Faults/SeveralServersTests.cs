using System.Globalization;
using Navarch.Testing;

namespace Navarch.Proving.Tests.Faults;

/// <summary>
/// Three servers over three members of etcd, of which one of each at a time is killed or falls silent, while clients write through
/// all of them and watchers move from one to the other. NAVARCH_FAULT_ROUNDS says how often each of these befalls
/// one (default 1).
/// </summary>
public sealed class SeveralServersTests(ITestOutputHelper output)
{
    private const int WritesBetweenFaults = 40;

    // Longer than clients wait for a server, and servers for a member: so silence is not only a delay, and answers are lost.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task Three_servers_are_one_register_whatever_befalls_one_of_them_or_one_member()
    {
        Needs.Root();
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed (etcd-server)");
        await using var etcd = await EtcdCluster.StartAsync(members: 3);
        using var one = NewServer(0, null);
        using var two = NewServer(1, one);
        using var three = NewServer(2, one);
        LocalServer[] servers = [one, two, three];
        await Task.WhenAll(servers.Select(server => server.StartAsync(TestContext.Current.CancellationToken)));
        await using var load = new Load(servers, output);
        load.Follow(6);
        using var stop = new CancellationTokenSource();
        var writing = load.WriteAsync(9, stop.Token);

        var rounds = int.Parse(Environment.GetEnvironmentVariable("NAVARCH_FAULT_ROUNDS") ?? "1", CultureInfo.InvariantCulture);
        for (var i = 0; i < rounds; i++)
        {
            var (server, member) = (servers[load.Random.Next(3)].Process, etcd.Members[load.Random.Next(3)]);
            await MeanwhileAsync("server killed", server.Kill, server.Start, TimeSpan.Zero);
            await MeanwhileAsync("member killed", member.Kill, member.Start, TimeSpan.Zero);
            await MeanwhileAsync("server silent", server.Pause, server.Resume, Silence);
            await MeanwhileAsync("member silent", member.Pause, member.Resume, Silence);
        }

        await stop.CancelAsync();
        await writing;
        await load.VerifyAsync();

        async Task MeanwhileAsync(string fault, Action begin, Action end, TimeSpan atLeast)
        {
            var before = load.History.Writes;
            begin();
            await Task.WhenAll(load.GetsOnAsync(WritesBetweenFaults, writing), Task.Delay(atLeast));
            end();
            await load.GetsOnAsync(WritesBetweenFaults, writing);
            await etcd.ReadyAsync();
            await Task.WhenAll(servers.Select(server => server.ReadyAsync(TestContext.Current.CancellationToken)));
            load.NextGeneration();
            output.WriteLine($"{fault}: {load.History.Writes - before} writes");
        }

        // Each begins with a member of its own.
        LocalServer NewServer(int i, LocalServer? twin) => new(twin, "--etcd-servers", string.Join(',', etcd.Endpoints.Skip(i).Concat(etcd.Endpoints.Take(i))));
    }
}
