"""What rebalancings cost: the rebalance function, and the API's, which waits for it."""

from dataclasses import dataclass

from deploy.prices import LAMBDA_GB_SECOND, LAMBDA_REQUEST


@dataclass(frozen=True)
class RebalanceUsage:
    """What rebalancings use: most are solved in a tenth of a second, in whole shares some take all the time there is.

    The API's function waits meanwhile.
    """

    rebalances: int = 1000
    seconds: float = 1.0
    gb: float = 1769 / 1024

    def usd(self, api_gb: float) -> float:
        """A month."""
        return self.rebalances * (self.seconds * (self.gb + api_gb) * LAMBDA_GB_SECOND + LAMBDA_REQUEST)
