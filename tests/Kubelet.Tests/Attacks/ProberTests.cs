using System.Net;
using System.Net.Sockets;
using System.Text;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Cri.V1;
using Navarch.Kubelet.Pods;
using Navarch.Kubelet.Probes;
using Navarch.Kubelet.Tests.Pods;
using Navarch.Kubelet.Tests.Runtime;

namespace Navarch.Kubelet.Tests.Attacks;

/// <summary>Probes and hooks that make no sense, and containers that answer them with nonsense: each attempt has an outcome.</summary>
public sealed class ProberTests : IDisposable
{
    private readonly FakeRuntime _runtime = new();
    private readonly Prober _prober;
    private readonly TcpListener _container = new(IPAddress.Loopback, 0);

    public ProberTests()
    {
        _prober = new Prober(_runtime, TimeProvider.System);
        _container.Start();
    }

    private int Port => ((IPEndPoint)_container.LocalEndpoint).Port;

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("file://127.0.0.1/etc/passwd")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("//[")]
    [InlineData("gopher:")]
    public async Task A_redirect_to_nowhere_is_a_failure(string location)
    {
        var answering = AnswerAsync($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");

        var outcome = await ProbeAsync(new HTTPGetAction { Port = Port });

        await answering;
        Assert.False(outcome.IsSuccess);
    }

    [Theory]
    [InlineData("not HTTP at all\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n")]
    [InlineData("HTTP/1.1 999999 \r\n\r\n")]
    public async Task An_answer_that_is_none_is_a_failure(string answer)
    {
        var answering = AnswerAsync(answer);

        Assert.False((await ProbeAsync(new HTTPGetAction { Port = Port })).IsSuccess);

        await answering;
    }

    [Fact]
    public async Task Of_an_endless_answer_no_more_is_read_than_is_shown()
    {
        // As much as is sent within the probe's patience, if it were all read; the container stops when nobody listens.
        var answering = AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n", endless: true);

        Assert.True((await ProbeAsync(new HTTPGetAction { Port = Port }, seconds: 30)).IsSuccess);

        await answering;
    }

    [Theory]
    [InlineData("exa mple", "/")]
    [InlineData("[", "/")]
    [InlineData("a/b?c", "/")]
    [InlineData("user:x@[::1", "/")]
    public async Task A_host_that_is_none_is_an_error(string host, string path)
    {
        Assert.False((await ProbeAsync(new HTTPGetAction { Port = Port, Host = host, Path = path })).IsSuccess);
    }

    [Theory]
    [InlineData("Content-Type", "application/json")]
    [InlineData("Content-Length", "10")]
    [InlineData("Host", "not a host")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("X-Test", "x\r\nX-Injected: y")]
    [InlineData("X-Test", "\0")]
    [InlineData("X Test", "x")]
    [InlineData("Connection", "x")]
    [InlineData("Expect", "100-continue")]
    public async Task Any_header_has_an_outcome_and_is_no_more_than_one_header(string name, string value)
    {
        var answering = AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        await ProbeAsync(new HTTPGetAction { Port = Port, HTTPHeaders = [new HTTPHeader { Name = name, Value = value }] });

        _container.Stop();
        var request = await answering;
        Assert.DoesNotContain("\nX-Injected", request);
    }

    [Fact]
    public async Task Headers_of_a_body_are_sent()
    {
        var answering = AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        var outcome = await ProbeAsync(new HTTPGetAction
        {
            Port = Port,
            HTTPHeaders = [new HTTPHeader { Name = "Content-Type", Value = "application/json" }, new HTTPHeader { Name = "Accept", Value = "" }, new HTTPHeader { Name = "Host", Value = "web" }],
        });

        Assert.True(outcome.IsSuccess, outcome.Message);
        var request = await answering;
        Assert.Contains("\r\nContent-Type: application/json\r\n", request);
        Assert.Contains("\r\nHost: web\r\n", request);
        Assert.Contains("\r\nUser-Agent: kube-probe/", request);
        Assert.DoesNotContain("\r\nAccept:", request);
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(6_000)]
    public async Task Long_output_of_a_command_is_cut_whatever_its_letters(int letters)
    {
        _runtime.ExecAnswer = new ExecSyncResponse { ExitCode = 1, Stdout = Google.Protobuf.ByteString.CopyFromUtf8(new string('é', letters)) };

        var outcome = await _prober.ProbeAsync(new Probe { Exec = new ExecAction { Command = ["x"] } }, A.Container("main"), "id", "127.0.0.1", default);

        Assert.False(outcome.IsSuccess);
        Assert.InRange(Encoding.UTF8.GetByteCount(outcome.Message), 10_000, 10_243);
    }

    [Fact]
    public async Task A_probe_may_wait_longer_than_a_timer_can()
    {
        var answering = AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        Assert.True((await ProbeAsync(new HTTPGetAction { Port = Port }, seconds: int.MaxValue)).IsSuccess);

        await answering;
    }

    [Theory]
    [InlineData("exa mple", "X-Test")]
    [InlineData("127.0.0.1", "Content-Type")]
    [InlineData("127.0.0.1", "X Test")]
    public async Task A_hook_that_makes_no_sense_ends(string host, string header)
    {
        var answering = AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var hook = new LifecycleHandler { HTTPGet = new HTTPGetAction { Port = Port, Host = host, HTTPHeaders = [new HTTPHeader { Name = header, Value = "x" }] } };

        await new LifecycleHooks(_prober, TimeProvider.System).RunAsync(hook, A.Container("main"), "id", "127.0.0.1", TimeSpan.FromDays(25_000), default);

        _container.Stop();
        await answering;
    }

    public void Dispose()
    {
        _container.Dispose();
        _prober.Dispose();
    }

    private Task<ProbeOutcome> ProbeAsync(HTTPGetAction get, int seconds = 5) =>
        _prober.ProbeAsync(new Probe { HTTPGet = get, TimeoutSeconds = seconds }, A.Container("main"), "id", "127.0.0.1", default);

    /// <summary>Answers one request with what it is given.</summary>
    /// <returns>The head of the request; empty when none came.</returns>
    private async Task<string> AnswerAsync(string answer, bool endless = false)
    {
        try
        {
            using var connection = await _container.AcceptTcpClientAsync();
            var stream = connection.GetStream();
            var request = new byte[16 * 1024];
            var read = await stream.ReadAsync(request);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer));
            while (endless)
            {
                await stream.WriteAsync(request);
            }
            return Encoding.Latin1.GetString(request, 0, read);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return "";
        }
    }
}
