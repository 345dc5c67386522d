"""A simulated company that the tests of this folder share and never change."""

import pytest

from leadscore.simulate.company import SimulatedCompany, simulate_company


@pytest.fixture(scope="session")
def company() -> SimulatedCompany:
    return simulate_company(2_000, seed=7)
