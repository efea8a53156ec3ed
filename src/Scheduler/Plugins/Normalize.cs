namespace Navarch.Scheduler.Plugins;

/// <summary>Brings raw ratings to the common scale.</summary>
internal static class Normalize
{
    /// <summary>The highest becomes the best rating, the others keep their proportion to it.</summary>
    /// <returns>False when all were zero.</returns>
    public static bool ByMaximum(Span<long> scores, bool reverse = false)
    {
        long max = 0;
        foreach (var score in scores)
        {
            max = Math.Max(max, score);
        }

        if (max == 0)
        {
            return false;
        }

        for (var i = 0; i < scores.Length; i++)
        {
            var share = scores[i] * IScorePlugin.ScoreMax / max;
            scores[i] = reverse ? IScorePlugin.ScoreMax - share : share;
        }

        return true;
    }
}
