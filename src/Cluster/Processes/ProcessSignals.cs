using System.Runtime.InteropServices;

namespace Navarch.Cluster.Processes;

/// <summary>Ends processes by identity: asked first, made to after a grace period.</summary>
internal static partial class ProcessSignals
{
    private const int Terminate = 15;
    private const int Kill = 9;
    private const int NoHang = 1;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan KillWait = TimeSpan.FromSeconds(10);

    /// <summary>Returns when the process is gone.</summary>
    /// <exception cref="ClusterException">It survives SIGKILL: it hangs in the kernel.</exception>
    public static async Task StopAsync(ProcessIdentity process, TimeSpan grace, TimeProvider time, CancellationToken ct)
    {
        Send(process, Terminate);
        if (await WaitForEndAsync(process, grace, time, ct))
        {
            return;
        }

        Send(process, Kill);
        if (!await WaitForEndAsync(process, KillWait, time, ct))
        {
            throw new ClusterException($"process {process.Pid} does not end", "it waits in the kernel, usually for a disk; see `dmesg`");
        }
    }

    /// <summary>Lets a child that has ended go, without waiting for one that has not. Nothing happens to who is no child.</summary>
    public static void Reap(ProcessIdentity process) => _ = waitpid(process.Pid, 0, NoHang);

    public static void SendKill(ProcessIdentity process) => Send(process, Kill);

    private static async Task<bool> WaitForEndAsync(ProcessIdentity process, TimeSpan atMost, TimeProvider time, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        while (process.IsAlive)
        {
            if (time.GetElapsedTime(start) > atMost)
            {
                return false;
            }

            await Task.Delay(Poll, time, ct);
        }

        return true;
    }

    // Between the check and the signal the process can end, but its id cannot be reused so soon: ids are given out in a circle.
    private static void Send(ProcessIdentity process, int signal)
    {
        if (process.IsAlive)
        {
            _ = kill(process.Pid, signal);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, nint status, int options);
}
