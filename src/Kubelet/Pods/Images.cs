using System.Text;
using System.Text.Json;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Cri.V1;
using Container = Navarch.Api.Core.V1.Container;

namespace Navarch.Kubelet.Pods;

/// <summary>Sees to it that the node has the image of a container, as the container's pull policy says.</summary>
internal sealed class Images(IRuntime runtime, PodEvents events, TimeProvider time)
{
    /// <param name="secrets">The pod's image pull secrets, of which the one for the image's registry is used.</param>
    /// <exception cref="ImageException">The image cannot be had.</exception>
    public async Task<Image> EnsureAsync(
        Pod pod, Container container, IReadOnlyList<Secret> secrets, PodSandboxConfig sandbox, CancellationToken ct)
    {
        var name = WithTag(container.Image);
        Image? present;
        try
        {
            present = await runtime.FindImageAsync(name, ct);
        }
        catch (CriException e) when (!e.IsUnavailable)
        {
            var reason = e.Message.Contains("reference", StringComparison.Ordinal) ? Reasons.InvalidImageName : "ImageInspectError";
            var message = reason == Reasons.InvalidImageName
                ? $"Failed to apply default image tag \"{container.Image}\": couldn't parse image name \"{container.Image}\": {e.Message}"
                : $"Failed to inspect image \"{container.Image}\": {e.Description}";
            events.Warning(pod, reason == Reasons.InvalidImageName ? "InspectFailed" : "Failed", message, container);
            throw new ImageException(reason, message);
        }
        if (present is not null && container.ImagePullPolicy != PullPolicy.PullAlways)
        {
            events.Normal(pod, "Pulled", $"Container image \"{container.Image}\" already present on machine", container);
            return present;
        }
        if (container.ImagePullPolicy == PullPolicy.PullNever)
        {
            var message = $"Container image \"{container.Image}\" is not present with pull policy of Never";
            events.Warning(pod, Reasons.ErrImageNeverPull, message, container);
            throw new ImageException(Reasons.ErrImageNeverPull, message);
        }

        events.Normal(pod, "Pulling", $"Pulling image \"{container.Image}\"", container);
        var clock = time.GetTimestamp();
        try
        {
            await runtime.PullImageAsync(name, AuthFor(name, secrets), sandbox, ct);
            present = await runtime.FindImageAsync(name, ct) ?? throw new CriException(GrpcCode.NotFound, "the image vanished after it was pulled");
        }
        catch (CriException e)
        {
            events.Warning(pod, "Failed", $"Failed to pull image \"{container.Image}\": {e.Description}", container);
            events.Warning(pod, "Failed", $"Error: {Reasons.ErrImagePull}", container);
            throw new ImageException(Reasons.ErrImagePull, e.Description, isPull: true);
        }
        var took = GoSeconds(time.GetElapsedTime(clock));
        events.Normal(
            pod, "Pulled",
            $"Successfully pulled image \"{container.Image}\" in {took} ({took} including waiting). Image size: {present.Size} bytes.", container);
        return present;
    }

    /// <summary>A name without tag or digest means the tag latest.</summary>
    internal static string WithTag(string image)
    {
        var last = image[(image.LastIndexOf('/') + 1)..];
        return image.Contains('@') || last.Contains(':') ? image : image + ":latest";
    }

    /// <summary>The login for the image's registry among the secrets of type dockerconfigjson, the longest match first.</summary>
    internal static AuthConfig? AuthFor(string image, IReadOnlyList<Secret> secrets)
    {
        (string Key, AuthConfig Auth)? best = null;
        foreach (var secret in secrets)
        {
            if (!secret.Data.TryGetValue(".dockerconfigjson", out var json))
            {
                continue;
            }
            foreach (var (key, auth) in ReadLogins(json))
            {
                var prefix = key.Replace("https://", "", StringComparison.Ordinal).Replace("http://", "", StringComparison.Ordinal).TrimEnd('/');
                var matches = image.StartsWith(prefix + "/", StringComparison.Ordinal)
                    // The default registry goes by several names, none of which is in the image's.
                    || (!image.Split('/')[0].Contains('.') && !image.Split('/')[0].Contains(':') && prefix.Contains("index.", StringComparison.Ordinal));
                if (matches && (best is null || best.Value.Key.Length < prefix.Length))
                {
                    best = (prefix, auth);
                }
            }
        }
        return best?.Auth;
    }

    private static List<(string Registry, AuthConfig Auth)> ReadLogins(ReadOnlyMemory<byte> json)
    {
        var logins = new List<(string, AuthConfig)>();
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.TryGetProperty("auths", out var auths))
            {
                foreach (var entry in auths.EnumerateObject())
                {
                    string Text(string name) => entry.Value.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
                    var (user, password) = (Text("username"), Text("password"));
                    if (user.Length == 0 && Text("auth") is { Length: > 0 } auth
                        && Encoding.UTF8.GetString(Convert.FromBase64String(auth)).Split(':', 2) is [var first, var second])
                    {
                        (user, password) = (first, second);
                    }
                    logins.Add((entry.Name, new AuthConfig { Username = user, Password = password, IdentityToken = Text("identitytoken") }));
                }
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // A secret that is no login is no help, but also no reason not to try.
        }
        return logins;
    }

    private static string GoSeconds(TimeSpan time) => time.TotalSeconds >= 1
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms");
}
