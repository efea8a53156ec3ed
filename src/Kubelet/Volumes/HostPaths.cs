using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Volumes;

/// <summary>Checks that the node has what a hostPath volume asks for, and makes it where that is asked for.</summary>
internal static class HostPaths
{
    public static string Check(HostPathVolumeSource source)
    {
        var path = source.Path;
        switch (source.Type)
        {
            case null or HostPathType.HostPathUnset:
                break;
            case HostPathType.HostPathDirectoryOrCreate:
                if (!Exists(path))
                {
                    Directory.CreateDirectory(path);
                }
                Require(Directory.Exists(path), path, "is not a directory");
                break;
            case HostPathType.HostPathDirectory:
                Require(Directory.Exists(path), path, "is not a directory");
                break;
            case HostPathType.HostPathFileOrCreate:
                if (!Exists(path))
                {
                    File.Create(path).Dispose();
                }
                Require(File.Exists(path), path, "is not a file");
                break;
            case HostPathType.HostPathFile:
                Require(File.Exists(path), path, "is not a file");
                break;
            default: // A socket or a device. Which of them it is, whoever opens it finds out.
                Require(File.Exists(path), path, $"is not a {source.Type}");
                break;
        }
        return path;
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static void Require(bool condition, string path, string problem)
    {
        if (!condition)
        {
            throw new IOException($"hostPath type check failed: {path} {problem}");
        }
    }
}
