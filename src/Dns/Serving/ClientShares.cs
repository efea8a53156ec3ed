using System.Net;

namespace Navarch.Dns.Serving;

/// <summary>How much each client holds of what there is only so much of: nobody more than a share. Any thread.</summary>
internal sealed class ClientShares(int allMax, int oneMax)
{
    private readonly Lock guard = new();
    private readonly Dictionary<IPAddress, int> counts = [];
    private int total;

    /// <summary>Whether there was one more for that client, which has to be given back.</summary>
    public bool TryTake(IPAddress client)
    {
        lock (guard)
        {
            var count = counts.GetValueOrDefault(client);
            if (total >= allMax || count >= oneMax)
            {
                return false;
            }

            counts[client] = count + 1;
            total++;
            return true;
        }
    }

    public void Return(IPAddress client)
    {
        lock (guard)
        {
            total--;
            if (--counts[client] == 0)
            {
                counts.Remove(client);
            }
        }
    }
}
