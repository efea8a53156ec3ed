using Microsoft.AspNetCore.Http;
using Navarch.Api;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Pipeline;

/// <summary>The parameter <c>timeout</c>: how long a client is willing to wait for an answer.</summary>
internal static class Deadline
{
    private static readonly TimeSpan LongestAllotted = TimeSpan.FromSeconds(60);

    /// <summary>Ends what <paramref name="handle"/> waits for when the time is over. What was stored by then stays so.</summary>
    /// <exception cref="StatusException">400: not a duration. 504: the time is over.</exception>
    public static async Task RunAsync(HttpContext context, string timeout, TimeProvider time, Func<Task> handle)
    {
        var client = context.RequestAborted;
        using var over = new CancellationTokenSource(Parse(timeout), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(client, over.Token);
        context.RequestAborted = either.Token;
        try
        {
            await handle();
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !client.IsCancellationRequested)
        {
            throw StatusErrors.Timeout("request did not complete within the allotted timeout", retryAfterSeconds: 0).AsException();
        }
        finally
        {
            context.RequestAborted = client;
        }
    }

    // Nobody is given longer than the longest, and none is no limit of the client's.
    private static TimeSpan Parse(string timeout)
    {
        try
        {
            var asked = Duration.Parse(timeout).TimeSpan;
            return asked > TimeSpan.Zero && asked < LongestAllotted ? asked : LongestAllotted;
        }
        catch (FormatException e)
        {
            throw StatusErrors.BadRequest($"invalid timeout specified in the request URL - {e.Message}").AsException();
        }
    }
}
