using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Navarch.Network.Netlink;

/// <summary>Runs code in another network namespace.</summary>
/// <remarks>
/// A namespace belongs to a thread, and pool threads are shared: so the code gets a thread of its own, which ends with it.
/// Sockets opened there stay in that namespace for their whole life, whoever uses them afterwards.
/// </remarks>
public static class NetworkNamespace
{
    /// <summary>Runs <paramref name="body"/> in the namespace at <paramref name="path"/>; null is the caller's own.</summary>
    /// <exception cref="NetlinkException">The namespace does not exist or may not be entered.</exception>
    public static T Run<T>(string? path, Func<T> body)
    {
        if (path is null)
        {
            return body();
        }
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(path);
                result = body();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        {
            IsBackground = true,
            Name = "netns",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    /// <inheritdoc cref="Run{T}(string?, Func{T})"/>
    public static void Run(string? path, Action body) => Run(path, () =>
    {
        body();
        return true;
    });

    private static void Enter(string path)
    {
        var descriptor = Libc.Open(path, Libc.OpenReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            throw new NetlinkException(Marshal.GetLastPInvokeError(), $"Cannot open the network namespace {path}");
        }
        try
        {
            if (Libc.SetNamespace(descriptor, Libc.CloneNewNet) < 0)
            {
                throw new NetlinkException(Marshal.GetLastPInvokeError(), $"Cannot enter the network namespace {path}");
            }
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }
}
