using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Streaming;

/// <summary>A program in a pod: keeps what it hears, to the letter, and answers each connection as a test says.</summary>
internal sealed class FakePod : IAsyncDisposable
{
    private readonly TcpListener listener = new(Address, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;
    private string hearing = "";

    /// <summary>Of this machine. Endpoints cannot be at loopback addresses.</summary>
    public static IPAddress Address { get; } = NetworkInterface.GetAllNetworkInterfaces().Where(static link => link.OperationalStatus == OperationalStatus.Up)
        .SelectMany(static link => link.GetIPProperties().UnicastAddresses).Select(static unicast => unicast.Address)
        .FirstOrDefault(static address => address.AddressFamily == AddressFamily.InterNetwork && Navarch.ApiServer.Streaming.ReachableAddresses.Contains(address)) ?? IPAddress.Loopback;

    /// <param name="answer">Everything it says to whoever comes.</param>
    public FakePod(string answer)
    {
        listener.Start();
        serving = ServeAsync(answer);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>All that was said to it, by connection.</summary>
    public List<string> Heard { get; } = [];

    /// <summary>Returns when it has heard this.</summary>
    public async Task HearAsync(string text)
    {
        while (!Volatile.Read(ref hearing).Contains(text, StringComparison.Ordinal))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (serving.IsCompleted)
        {
            return;
        }

        await stop.CancelAsync();
        listener.Stop();
        await serving;
        stop.Dispose();
    }

    /// <summary>Makes a pod at this address, and a service with it as endpoint.</summary>
    public async Task RegisterAsync(HttpClient admin, string @namespace, string target = """{"kind":"Pod","name":"p","namespace":"NS"}""")
    {
        Assert.SkipWhen(IPAddress.IsLoopback(Address), "this machine has no address but loopback");
        var root = $"/api/v1/namespaces/{@namespace}";
        Assert.Equal(201, (await admin.PostAsync(root + "/pods", """{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}""")).Code);
        Assert.Equal(200, (await admin.PatchAsync(root + "/pods/p/status", "merge-patch+json", $$$"""{"status":{"podIP":"{{{Address}}}","podIPs":[{"ip":"{{{Address}}}"}]}}""")).Code);
        Assert.Equal(201, (await admin.PostAsync(root + "/services", $$$"""{"metadata":{"name":"s"},"spec":{"ports":[{"name":"web","port":80,"targetPort":{{{Port}}}}]}}""")).Code);
        var endpoints = $$$"""{"metadata":{"name":"s"},"subsets":[{"addresses":[{"ip":"{{{Address}}}","targetRef":{{{target.Replace("NS", @namespace, StringComparison.Ordinal)}}}}],"ports":[{"name":"web","port":{{{Port}}}}]}]}""";
        Assert.Equal(201, (await admin.PostAsync(root + "/endpoints", endpoints)).Code);
    }

    private async Task ServeAsync(string answer)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop.Token);
                await HearAsync(client, answer);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task HearAsync(TcpClient client, string answer)
    {
        hearing = "";
        try
        {
            var stream = client.GetStream();
            hearing = await FakeKubelet.HeadAsync(stream, stop.Token);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop.Token);
            if (!answer.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }

            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, stop.Token) is > 0 and var count)
            {
                hearing += Encoding.Latin1.GetString(buffer, 0, count);
            }
        }
        finally
        {
            Heard.Add(hearing);
        }
    }
}
