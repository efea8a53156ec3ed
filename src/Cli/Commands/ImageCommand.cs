using System.CommandLine;
using Navarch.Cli.Output;
using Navarch.Cluster;
using Navarch.Cluster.Images;
using Navarch.Cluster.Profiles;
using Navarch.Cluster.Runtime;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch image</c>: images for clusters, without a registry.</summary>
internal static class ImageCommand
{
    public static Command Create() => new("image", "Bring images into a cluster without a registry.") { Load(), Samples() };

    private static Command Load()
    {
        var profile = CommonOptions.Profile();
        var archive = new Argument<string>("archive") { Description = "An archive made by `docker save` or `podman save`." };
        var command = new Command("load", "Load the images of an archive. Needs root.") { profile, archive };
        command.SetAction(async (arguments, ct) =>
        {
            var path = arguments.GetValue(archive)!;
            if (!File.Exists(path))
            {
                throw new ClusterException($"there is no file {path}", "make one with `docker save -o FILE IMAGE`");
            }

            var containerd = Running(arguments.GetValue(profile)!, out var paths);
            foreach (var name in await new ImageLoader(containerd.Ctr, paths).LoadArchiveAsync(Path.GetFullPath(path), ct))
            {
                Console.WriteLine($"Loaded {Printable.Of(name)}");
            }

            return 0;
        });
        return command;
    }

    private static Command Samples()
    {
        var profile = CommonOptions.Profile();
        var command = new Command("samples", "Build small busybox, nginx, redis and curl images from the distribution's packages and load them. Needs root.") { profile };
        command.SetAction(async (arguments, ct) =>
        {
            var containerd = Running(arguments.GetValue(profile)!, out var paths);
            var progress = Progress.Create(TimeProvider.System);
            var images = await new SampleImages(progress).BuildAsync(paths, SampleImages.All, ct);
            foreach (var image in images)
            {
                await progress.StepAsync($"Loading {image.Name}", _ => new ImageLoader(containerd.Ctr, paths).LoadAsync(image, ct));
            }

            return 0;
        });
        return command;
    }

    private static Containerd Running(string name, out ProfilePaths paths)
    {
        var store = new ProfileStore();
        var profile = store.Get(ProfileName.Validate(name));
        paths = store.PathsOf(profile.Name);
        var containerd = new Containerd(paths, TimeProvider.System);
        return containerd.Daemon.Running is not null
            ? containerd
            : throw new ClusterException($"the cluster \"{name}\" is not running", $"start it with `sudo navarch start -p {name}`");
    }
}
