using System.Text.Json.Serialization;
using Navarch.Cluster.ControlPlanes;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Lifecycle;

/// <summary>Says what of a cluster runs, without changing anything and without needing root.</summary>
public sealed class Status(ProfileStore profiles, TimeProvider time)
{
    // One that is cut off must not keep the person waiting.
    private static readonly TimeSpan ControlPlaneAnswerMax = TimeSpan.FromSeconds(3);

    public async Task<ClusterStatus> RunAsync(string name, CancellationToken ct)
    {
        var profile = profiles.Find(ProfileName.Validate(name));
        if (profile is null)
        {
            return new ClusterStatus { Profile = name, State = ClusterState.Absent };
        }

        var paths = profiles.PathsOf(name);
        var processes = new ClusterProcesses(profile, paths, time);
        var parts = processes.All
            .Select(daemon => new ProcessStatus
            {
                Name = daemon.Name,
                Pid = daemon.Running?.Pid,
                ResidentBytes = daemon.Running?.ResidentBytes ?? 0,
                Log = daemon.LogFile,
            })
            .ToList();
        var node = await NodeReadyAsync(profile, paths, ct);
        var planes = await Task.WhenAll(ControlPlane.Of(profile).Select(plane => StatusAsync(plane, paths, ct)));
        return new ClusterStatus
        {
            Profile = name,
            State = parts.All(part => part.Pid is null) ? ClusterState.Stopped
                : parts.All(part => part.Pid is not null) && node == "True" && planes.All(plane => plane.Ready) ? ClusterState.Running
                : ClusterState.Degraded,
            ApiServer = profile.ApiAddress.ToString().TrimEnd('/'),
            Node = profile.NodeName,
            NodeReady = node ?? "Unknown",
            PodCidr = profile.PodCidr,
            ServiceCidr = profile.ServiceCidr,
            ControlPlanes = planes,
            Processes = parts,
        };
    }

    private static async Task<ControlPlaneStatus> StatusAsync(ControlPlane plane, ProfilePaths paths, CancellationToken ct)
    {
        var isReady = false;
        try
        {
            using var api = new ClusterApi(plane.ApiAddress, paths);
            isReady = await api.IsReadyAsync(ct).WaitAsync(ControlPlaneAnswerMax, ct);
        }
        catch (Exception e) when (e is TimeoutException or IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            // Out of reach, or not to be asked without root.
        }

        return new ControlPlaneStatus { Number = plane.Number, ApiServer = plane.ApiAddress.ToString().TrimEnd('/'), Namespace = plane.Namespace, Ready = isReady };
    }

    private static async Task<string?> NodeReadyAsync(Profile profile, ProfilePaths paths, CancellationToken ct)
    {
        try
        {
            using var api = new ClusterApi(profile, paths);
            return (await api.FindNodeReadinessAsync(profile.NodeName, ct))?.Status;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            return null; // Without root the administrator's key cannot be read. The processes are told all the same.
        }
    }
}

/// <summary>How a cluster is as a whole.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClusterState>))]
public enum ClusterState
{
    /// <summary>There is no such profile.</summary>
    Absent,

    /// <summary>Nothing runs; a start resumes it.</summary>
    Stopped,

    /// <summary>Something runs, but not everything, or the node is not Ready.</summary>
    Degraded,

    Running,
}

/// <summary>What <c>navarch status -o json</c> prints.</summary>
public sealed record ClusterStatus
{
    public required string Profile { get; init; }
    public required ClusterState State { get; init; }
    public string? ApiServer { get; init; }
    public string? Node { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>, as in the node's Ready condition.</summary>
    public string? NodeReady { get; init; }

    public string? PodCidr { get; init; }
    public string? ServiceCidr { get; init; }

    /// <summary>Where there are several.</summary>
    public IReadOnlyList<ControlPlaneStatus> ControlPlanes { get; init; } = [];

    public IReadOnlyList<ProcessStatus> Processes { get; init; } = [];
}

public sealed record ControlPlaneStatus
{
    public required int Number { get; init; }
    public required string ApiServer { get; init; }

    /// <summary>The network namespace that it runs in, as <c>ip netns</c> knows it.</summary>
    public required string Namespace { get; init; }

    /// <summary>Whether its API server answers that it is ready.</summary>
    public required bool Ready { get; init; }
}

public sealed record ProcessStatus
{
    public required string Name { get; init; }

    /// <summary>Null where the process does not run.</summary>
    public int? Pid { get; init; }

    public long ResidentBytes { get; init; }
    public required string Log { get; init; }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClusterStatus))]
public sealed partial class StatusJson : JsonSerializerContext;
