using Navarch.Api.Core.V1;
using Navarch.Api.Storage.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Authorization.Nodes;

/// <summary>For whom the tokens are that a pod's node needs: those of its volumes, and those that drivers of its volumes ask for.</summary>
internal static class PodAudiences
{
    /// <summary>Empty text is the API server itself.</summary>
    public static IEnumerable<string> Of(Pod pod, Catalog catalog)
    {
        foreach (var volume in pod.Spec.Volumes)
        {
            foreach (var source in volume.Projected?.Sources ?? [])
            {
                if (source.ServiceAccountToken is { } token)
                {
                    yield return token.Audience;
                }
            }

            var driver = volume.CSI?.Driver ?? DriverOf(volume.PersistentVolumeClaim?.ClaimName ?? (volume.Ephemeral is null ? null : $"{pod.Metadata.Name}-{volume.Name}"));
            foreach (var token in driver is not null && Find<CSIDriver>(driver) is { } known ? known.Spec.TokenRequests : [])
            {
                yield return token.Audience;
            }
        }

        string? DriverOf(string? claim) => claim is not null && Find<PersistentVolumeClaim>($"{pod.Metadata.Namespace}/{claim}") is { Spec.VolumeName: { Length: > 0 } name }
            ? Find<PersistentVolume>(name)?.Spec.CSI?.Driver : null;

        T? Find<T>(string key) where T : class, Api.IResource<T> => catalog.Get<T>().Objects.Current.Objects.Find(key)?.Value as T;
    }
}
