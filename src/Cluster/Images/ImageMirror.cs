using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Navarch.Client;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Profiles;
using Navarch.Machinery.Certificates;

namespace Navarch.Cluster.Images;

/// <summary>
/// Answers the node's own containerd, as a mirror of every registry, with the images that were loaded by hand. Kubernetes
/// pulls an image without a tag each time a container starts; so a pull of a loaded image gets what was loaded, on a machine
/// without a network too, and everything else is asked of the real registry. Rejected: a kubelet that runs what is there
/// when a pull fails. It would hide failures, and only our own kubelet would do it.
/// </summary>
public sealed class ImageMirror(Profile profile, ProfilePaths paths, ILoggerFactory logs)
{
    private const string NodesGroup = "O=system:nodes";

    private readonly LoadedImages _images = new(paths.LoadedImages);
    private readonly string _blobs = Path.Combine(paths.ContainerdRoot, "io.containerd.content.v1.content", "blobs", "sha256");

    /// <summary>The file that makes a containerd ask the mirror first, whatever the registry.</summary>
    public static string HostsFile(Profile profile, ProfilePaths paths) =>
        $"""
        [host."https://127.0.0.1:{profile.MirrorPort}"]
          capabilities = ["pull", "resolve"]
          ca = "{paths.Certificate(ClusterCertificates.Authority)}"
          client = [["{paths.Certificate(ClusterCertificates.Node)}", "{paths.Key(ClusterCertificates.Node)}"]]

        """;

    /// <summary>Serves until cancelled, on loopback, to holders of a node's certificate.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Listen(IPAddress.Loopback, profile.MirrorPort, listen => listen.UseHttps(Https()));
        });
        await using var application = builder.Build();
        application.Run(AnswerAsync);
        await application.StartAsync(ct);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
        }
        finally
        {
            await application.StopAsync(CancellationToken.None);
        }
    }

    private HttpsConnectionAdapterOptions Https()
    {
        var authorities = CertificateFiles.FollowAuthorities(paths.Certificate(ClusterCertificates.Authority), TimeProvider.System);
        var own = CertificateFiles.Follow(paths.Certificate(ClusterCertificates.Kubelet), paths.Key(ClusterCertificates.Kubelet), TimeProvider.System);
        return new HttpsConnectionAdapterOptions
        {
            ServerCertificateSelector = (_, _) => own.Current,
            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (certificate, _, _) => IsNode(certificate, authorities.Current),
        };
    }

    private static bool IsNode(X509Certificate2 certificate, X509Certificate2Collection authorities) =>
        CertificateChain.IsFrom(authorities, certificate, CertificateChain.ClientAuthentication, TimeProvider.System.GetUtcNow())
        && certificate.Subject.Split(", ").Contains(NodesGroup);

    private async Task AnswerAsync(HttpContext http)
    {
        var isHead = HttpMethods.IsHead(http.Request.Method);
        if (!isHead && !HttpMethods.IsGet(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        var request = MirrorRequest.Parse(http.Request.Path.Value ?? "", http.Request.Query["ns"].ToString());
        var digest = request is null ? null
            : request.IsByDigest ? request.Reference
            : _images.Find(request.Name)?.Digest;
        var file = digest is null ? null : new FileInfo(Path.Combine(_blobs, digest["sha256:".Length..]));
        if (request is null || file is not { Exists: true })
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound; // The runtime asks the next: the registry itself.
            return;
        }

        http.Response.Headers["Docker-Content-Digest"] = digest;
        http.Response.ContentType = request.IsManifest ? MediaTypeOf(file, request) : "application/octet-stream";
        http.Response.ContentLength = file.Length;
        if (!isHead)
        {
            await http.Response.SendFileAsync(file.FullName, http.RequestAborted);
        }
    }

    // By tag the type was recorded when the image was loaded; by digest the document says it.
    private string MediaTypeOf(FileInfo file, MirrorRequest request)
    {
        const string Manifest = "application/vnd.oci.image.manifest.v1+json";
        const int ManifestBytesMax = 4 << 20;
        if (!request.IsByDigest)
        {
            return _images.Find(request.Name)?.MediaType ?? Manifest;
        }

        if (file.Length > ManifestBytesMax)
        {
            return Manifest;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            return document.RootElement.TryGetProperty("mediaType", out var type) ? type.GetString() ?? Manifest : Manifest;
        }
        catch (JsonException)
        {
            return Manifest;
        }
    }
}
