using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Testing;

namespace Navarch.Client.Tests;

/// <summary>The client against a real HTTP/2 TLS server on loopback that answers what a test tells it to.</summary>
public sealed class RestClientTests : IAsyncLifetime
{
    private readonly List<string> seen = [];
    private Func<HttpContext, Task> answer = _ => Task.CompletedTask;
    private WebApplication server = null!;
    private RestClient client = null!;

    private X509Certificate2 authority = null!;
    private Uri address = null!;

    public async ValueTask InitializeAsync()
    {
        var (authorityPem, authorityKey) = TestCertificates.Pem("ca");
        authority = X509Certificate2.CreateFromPem(authorityPem, authorityKey);
        var (serverPem, serverKey) = TestCertificates.Pem("server", authority);
        var (userPem, userKey) = TestCertificates.Pem("alice", authority);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = X509Certificate2.CreateFromPem(serverPem, serverKey);
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.AllowAnyClientCertificate();
            });
        }));
        server = builder.Build();
        server.Run(async context =>
        {
            lock (seen)
            {
                seen.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.Protocol} {context.Connection.ClientCertificate?.Subject}");
            }

            await answer(context);
        });
        await server.StartAsync();
        address = new Uri(server.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        client = new RestClient(
            new ClientConfig(address)
            {
                Authorities = [X509Certificate2.CreateFromPem(authorityPem)],
                Certificate = X509Certificate2.CreateFromPem(userPem, userKey),
                Timeout = TimeSpan.FromSeconds(20),
            },
            TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        authority.Dispose();
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_at_once_and_the_connections_of_the_old_one_end()
    {
        var (time, file) = (new FakeTime(), Path.GetTempFileName());
        try
        {
            Renew(file, "old");
            var source = new FileValue<ClientConfig>(
                [file], () => new ClientConfig(address) { Authorities = [X509CertificateLoader.LoadCertificate(authority.RawData)], Certificate = X509Certificate2.CreateFromPemFile(file, file) }, time);
            using var following = new RestClient(source, time);
            answer = context => context.Request.Path == "/watch" ? StayAsync(context) : context.Response.WriteAsync("{}");
            await using var watch = await following.GetRawAsync("/watch", default);
            Assert.Equal(1, await watch.ReadAsync(new byte[1]));

            Renew(file, "new");
            time.Advance(TimeSpan.FromSeconds(1));
            await following.GetBytesAsync("/other", default);

            Assert.Equal(["GET /watch HTTP/2 CN=old", "GET /other HTTP/2 CN=new"], seen);
            var end = watch.ReadAsync(new byte[1]).AsTask();
            Assert.False(end.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(10));
            await Assert.ThrowsAnyAsync<IOException>(() => end);
        }
        finally
        {
            File.Delete(file);
        }

        static async Task StayAsync(HttpContext context)
        {
            await context.Response.WriteAsync("x");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        void Renew(string path, string name)
        {
            var (certificate, key) = TestCertificates.Pem(name, authority);
            File.WriteAllText(path, $"{certificate}\n{key}\n{new string('#', name.Length)}");
        }
    }

    [Fact]
    public async Task A_request_goes_over_http2_with_the_client_certificate()
    {
        answer = context => context.Response.WriteAsync("""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a b","namespace":"web"}}""");

        var pod = await client.GetAsync<Pod>(new("web", "a"), default);

        Assert.Equal("a b", pod.Metadata.Name);
        Assert.Equal("GET /api/v1/namespaces/web/pods/a HTTP/2 CN=alice", Assert.Single(seen));
    }

    [Fact]
    public async Task A_list_is_read_with_its_version()
    {
        answer = context => context.Response.WriteAsync(
            """{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"17"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}""");

        var list = await client.ListAsync<Pod>(new ListQuery { Namespace = "web", LabelSelector = "a in (b,c)", Limit = 5 }, default);

        Assert.Equal("17", list.Metadata.ResourceVersion);
        Assert.Equal(["a", "b"], list.Items.Select(pod => pod.Metadata.Name));
        Assert.Contains("labelSelector=a%20in%20%28b%2Cc%29&limit=5", Assert.Single(seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_is_the_servers_status()
    {
        answer = async context =>
        {
            context.Response.StatusCode = 409;
            await context.Response.WriteAsync("""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \"a\" already exists","reason":"AlreadyExists","code":409}""");
        };

        var error = await Assert.ThrowsAsync<ApiException>(() => client.CreateAsync(A.Pod("a"), default));

        Assert.True(error.IsAlreadyExists);
        Assert.Equal("pods \"a\" already exists", error.Message);
    }

    [Fact]
    public async Task An_error_that_is_no_status_still_says_what_came()
    {
        answer = async context =>
        {
            context.Response.StatusCode = 502;
            await context.Response.WriteAsync("<html>bad gateway</html>");
        };

        var error = await Assert.ThrowsAsync<ApiException>(() => client.GetAsync<Pod>(new("web", "a"), default));

        Assert.True(error.IsTransient);
        Assert.Equal("<html>bad gateway</html>", error.Message);
    }

    [Fact]
    public async Task A_server_that_says_when_to_come_back_is_asked_again()
    {
        answer = async context =>
        {
            if (seen.Count < 3)
            {
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "0";
            }
            else
            {
                await context.Response.WriteAsync("""{"metadata":{"name":"a"}}""");
            }
        };

        var pod = await client.GetAsync<Pod>(new("web", "a"), default);

        Assert.Equal("a", pod.Metadata.Name);
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public async Task A_watch_gives_events_as_they_come_however_they_are_cut()
    {
        var more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var big = new string('x', 100_000);
        answer = async context =>
        {
            await context.Response.WriteAsync("""{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a","resourceVersion":"1"}}}""" + "\n{\"type\":\"MODI");
            await context.Response.Body.FlushAsync();
            await more.Task;
            await context.Response.WriteAsync("""FIED","object":{"metadata":{"name":"a","resourceVersion":"2","annotations":{"big":"BIG"}}}}""".Replace("BIG", big, StringComparison.Ordinal) + "\n");
            await context.Response.WriteAsync("""{"object":{"metadata":{"resourceVersion":"3"}},"type":"BOOKMARK"}""" + "\n{\"type\":\"AD");
        };

        var events = new List<WatchEvent<Pod>>();
        await foreach (var change in client.WatchAsync<Pod>(ListQuery.In("web") with { ResourceVersion = "0" }, default))
        {
            events.Add(change);
            more.TrySetResult();
        }

        Assert.Equal([WatchEventType.Added, WatchEventType.Modified, WatchEventType.Bookmark], events.Select(change => change.Type));
        Assert.Equal(["1", "2", "3"], events.Select(change => change.Revision));
        Assert.Equal(big, events[1].Object.Metadata.Annotations["big"]);
        Assert.StartsWith("GET /api/v1/namespaces/web/pods?watch=true&resourceVersion=0&allowWatchBookmarks=true ", Assert.Single(seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_within_a_watch_is_thrown()
    {
        answer = context => context.Response.WriteAsync(
            """{"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old","reason":"Expired","code":410}}""" + "\n");

        var error = await Assert.ThrowsAsync<ApiException>(async () =>
        {
            await foreach (var unexpected in client.WatchAsync<Pod>(ListQuery.All, default))
            {
                Assert.Fail(unexpected.ToString());
            }
        });

        Assert.True(error.IsExpired);
    }

    [Fact]
    public async Task A_patch_says_its_kind_and_manager()
    {
        var type = "";
        answer = async context =>
        {
            type = context.Request.ContentType;
            await context.Response.WriteAsync("{}");
        };

        await client.PatchAsync<Pod>(new("web", "a"), Patch.Merge("{}") with { FieldManager = "me" }, "status", default);

        Assert.Equal("application/merge-patch+json", type);
        Assert.StartsWith("PATCH /api/v1/namespaces/web/pods/a/status?fieldManager=me ", Assert.Single(seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_body_is_given_while_it_is_written()
    {
        var more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        answer = async context =>
        {
            await context.Response.WriteAsync("first\n");
            await context.Response.Body.FlushAsync();
            await more.Task;
            await context.Response.WriteAsync("second\n");
        };

        using var reader = new StreamReader(await client.GetRawAsync("/api/v1/namespaces/web/pods/a/log?follow=true", default), Encoding.UTF8);
        Assert.Equal("first", await reader.ReadLineAsync());
        more.SetResult();
        Assert.Equal("second", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task An_informer_works_over_a_real_connection()
    {
        answer = async context =>
        {
            if (!context.Request.Query.ContainsKey("watch"))
            {
                await context.Response.WriteAsync("""{"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"p0","namespace":"web","resourceVersion":"1"}}]}""");
                return;
            }

            for (var i = 1; i < 100; i++)
            {
                await context.Response.WriteAsync(string.Create(
                    CultureInfo.InvariantCulture, $"{{\"type\":\"ADDED\",\"object\":{{\"metadata\":{{\"name\":\"p{i}\",\"namespace\":\"web\",\"resourceVersion\":\"{i + 1}\"}}}}}}\n"));
            }

            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { });
        };
        using var stop = new CancellationTokenSource();
        var informer = new Informer<Pod>(client, ListQuery.All, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var running = informer.RunAsync(stop.Token);

        await Until.TrueAsync(() => informer.Snapshot.Count == 100);

        Assert.Equal(100UL, informer.Revision);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
